// @ts-check
// The looks of the component. A constructed style sheet: no policy of the host page forbids it.
export const styles = `
:host { display: block; container-type: inline-size; color: #1e2a2e; font: 17px/1.5 system-ui, "Segoe UI", Verdana, sans-serif; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
.box { padding: 16px; border: 1px solid #e0dccf; border-radius: 10px; background: #faf8f3; overflow-wrap: anywhere; }
.title { margin: 0 0 4px; font-size: 22px; line-height: 1.2; }
.count { margin: 0 0 12px; color: #4c5a5e; }
.map { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; margin: 0 0 12px; }
.map img, .map iframe { width: 100%; height: auto; border: 1px solid #e0dccf; border-radius: 8px; }
.map iframe { height: 440px; }
.button { justify-self: start; min-height: 44px; padding: 8px 16px; border: 2px solid #1f6b45; border-radius: 10px; color: #14502f; background: #fff; font: 600 17px/1.2 inherit; font-family: inherit; cursor: pointer; }
.button:hover { color: #fff; background: #14502f; }
.list { margin: 0; padding: 0 0 0 32px; }
.list li { padding: 6px 0; }
.list li::marker { font-weight: 700; }
.list a { padding: 4px 0; font-weight: 600; }
a { color: #14502f; text-underline-offset: 0.2em; }
.line, .state, .closed { display: block; font-size: 15px; line-height: 1.4; }
.line { color: #4c5a5e; }
.closed, .state--closed { color: #8c1d18; }
.state--open { color: #14502f; }
.state--unsure { color: #7a4a00; }
.state--unknown { color: #4c5a5e; }
.foot { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 12px 0 0; font-size: 15px; color: #4c5a5e; }
:focus-visible { outline: 3px solid #1b5e86; outline-offset: 2px; border-radius: 3px; }
@container (min-width: 720px) {
  .box--map { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); column-gap: 24px; grid-template-rows: auto auto 1fr auto; }
  .box--map > .title, .box--map > .count { grid-column: 2; }
  .map { grid-column: 1; grid-row: 1 / 5; margin: 0; align-content: start; }
  .box--map > .list, .box--map > .foot { grid-column: 2; }
  .box--map > .list { max-height: 420px; overflow-y: auto; }
}
`;
