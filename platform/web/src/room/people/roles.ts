import type { Role } from "../../api/types";

export const ROLES: Role[] = ["owner", "moderator", "contributor", "viewer"];

export const ROLE_NAMES: Record<Role, string> = {
  owner: "Owner",
  moderator: "Moderator",
  contributor: "Contributor",
  viewer: "Viewer",
};

export const ROLE_NOTES: Record<Role, string> = {
  owner: "can do everything",
  moderator: "can add photos, tend everybody’s and invite people",
  contributor: "can add photos",
  viewer: "can look at photos",
};
