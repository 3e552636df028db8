import "../styles/tokens.css";
import "../styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { readBoot } from "./boot";
import { Session } from "./session";
import Toasts from "./ui/Toasts.svelte";

const target = document.getElementById("app")!;
mount(App, { target, props: { session: new Session(readBoot()) } });
// Outside the app, which is inert while a photo is open.
mount(Toasts, { target: document.body });
