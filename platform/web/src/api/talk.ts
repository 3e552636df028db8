import type { Api } from "./client";
import type { Comment, GivenReaction, Page, Report, Talk } from "./types";

const LARGEST_PAGE = 200;

export type Talking = ReturnType<typeof createTalk>;

/** The calls for what people say about a photo: comments, reactions, reports. */
export function createTalk({ send }: Pick<Api, "send">) {
  const at = (id: string) => encodeURIComponent(id);
  const comments = (photo: string) => `/photos/${at(photo)}/comments`;
  const since = (after: string | null) => `?limit=${LARGEST_PAGE}${after ? `&after=${at(after)}` : ""}`;

  return {
    /** Oldest first. */
    comments: (photo: string, after: string | null) => send<Page<Comment>>("GET", comments(photo) + since(after)),
    say: (photo: string, text: string, parent: string | null) =>
      send<Comment>("POST", comments(photo), { text, parent }),
    reword: (photo: string, comment: string, text: string) =>
      send<Comment>("PATCH", `${comments(photo)}/${at(comment)}`, { text }),
    unsay: (photo: string, comment: string) => send<void>("DELETE", `${comments(photo)}/${at(comment)}`),
    sayAgain: (photo: string, comment: string) =>
      send<Comment | undefined>("POST", `${comments(photo)}/${at(comment)}/restore`),
    react: (photo: string, emoji: string, given: boolean) =>
      send<Talk>(given ? "PUT" : "DELETE", `/photos/${at(photo)}/reactions/${at(emoji)}`),
    reactions: (photo: string, after: string | null) =>
      send<Page<GivenReaction>>("GET", `/photos/${at(photo)}/reactions${since(after)}`),
    report: (photo: string, reason: string, comment: string | null) =>
      send<Report>("POST", `/photos/${at(photo)}/report`, { reason, comment }),
    reports: (after: string | null) => send<Page<Report>>("GET", `/reports${after ? `?after=${at(after)}` : ""}`),
    settle: (report: string) => send<void>("POST", `/reports/${at(report)}/settle`),
  };
}
