import "../styles/tokens.css";
import "../styles/base.css";
import { mount } from "svelte";
import Stage from "./Stage.svelte";

const boot = JSON.parse(document.getElementById("boot")!.textContent!) as { room: string; screen: boolean };
mount(Stage, { target: document.getElementById("app")!, props: boot });
