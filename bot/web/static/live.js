// Hears what changed and tells htmx: `live:inbox`, `live:conversation:7`, `live:resync`.
// One stream for all tabs of a browser: HTTP/1.1 allows six connections in all, and a stream
// in every tab would take them up. Whoever holds the lock listens and tells the others.
"use strict";
(() => {
  const url = document.body.dataset.live;
  const POLL = 5000; // while there is no stream
  const AGAIN = 30000; // until a refused stream is asked for again
  let polling = 0;
  let source = null;

  const tell = (topic) => htmx.trigger(document.body, `live:${topic}`);
  const hear = (topics) => topics.forEach(tell);

  function poll(on) {
    if (on && !polling) polling = setInterval(() => document.hidden || tell("resync"), POLL);
    if (!on) polling = clearInterval(polling) || 0;
    document.documentElement.dataset.live = on ? "polling" : "streaming";
  }

  function open(spread) {
    let before = false;
    source = new EventSource(url);
    source.onopen = () => {
      poll(false);
      spread({ streaming: true });
      if (before) spread({ topics: ["resync"] }, tell("resync"));
      before = true;
    };
    source.onmessage = (event) => {
      const topics = event.data.split(" ");
      hear(topics);
      spread({ topics });
    };
    source.onerror = () => {
      poll(true);
      spread({ streaming: false });
      if (source.readyState !== EventSource.CLOSED) return;
      source = null;
      setTimeout(() => open(spread), AGAIN);
    };
  }

  function together() {
    const channel = new BroadcastChannel("hearback-live");
    let leads = false;
    channel.onmessage = ({ data }) => {
      if (data.topics) hear(data.topics);
      if ("streaming" in data) poll(!data.streaming);
      if (data.hello && leads) channel.postMessage({ streaming: source?.readyState === EventSource.OPEN });
    };
    channel.postMessage({ hello: true });
    navigator.locks.request("hearback-live", () => {
      leads = true;
      open((news) => channel.postMessage(news));
      return new Promise(() => {}); // for as long as this tab lives
    });
  }

  // Without https there are no locks: each tab listens for itself, and only while it is seen.
  function alone() {
    const follow = () => {
      if (document.hidden) {
        source?.close();
        source = null;
      } else if (!source) {
        open(() => {});
        tell("resync");
      }
    };
    document.addEventListener("visibilitychange", follow);
    follow();
  }

  addEventListener("pageshow", (event) => event.persisted && tell("resync"));
  if ("locks" in navigator) together();
  else alone();
})();
