/** The photo in view, shared by the viewer and its panel. */
export class Current {
  id = $state("");
  editing = $state(false);

  constructor(id: string) {
    this.id = id;
  }
}
