// Keys that a browser or its system keeps for itself, pressed over there by a button; and the way out for whoever
// types into the picture: Ctrl+Alt+Shift.
const KEYS = {
  ctrl: [0xffe3, "ControlLeft"],
  alt: [0xffe9, "AltLeft"],
  super: [0xffeb, "MetaLeft"],
  delete: [0xffff, "Delete"],
  tab: [0xff09, "Tab"],
  escape: [0xff1b, "Escape"],
  print: [0xff61, "PrintScreen"],
  ...Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`f${at + 1}`, [0xffbe + at, `F${at + 1}`]])),
};

// Press them together, "ctrl-alt-delete", and let go in the other order.
export const press = (screen, together) => {
  const keys = together.split("-").map((name) => KEYS[name]);
  for (const [keysym, code] of keys) screen.sendKey(keysym, code, true);
  for (const [keysym, code] of keys.reverse()) screen.sendKey(keysym, code, false);
};

// Call `free` for Ctrl+Alt+Shift, in whichever order they go down; the key that completes it goes nowhere.
export const onWayOut = (free) => {
  const listen = (event) => {
    const isModifier = ["Control", "Alt", "Shift"].includes(event.key);
    if (!isModifier || !event.ctrlKey || !event.altKey || !event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    free();
  };
  addEventListener("keydown", listen, true);
};
