package dev.larder.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The real Chromium without a window, driven by its DevTools protocol. Whatever it complains of is
/// kept: errors and warnings on the console, exceptions of scripts, what a policy forbids.
public final class Chromium implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path profile = Temporary.directory("larder-chromium");
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Process process;
  private final WebSocket socket;
  private final String session;

  private Chromium() throws IOException {
    process =
        Command.of(
                Tools.path("chromium"),
                "--headless",
                // Its own sandbox does not work for root, and the pages are ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--window-size=1200,1600",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0",
                "about:blank")
            .start(profile.resolve("log"));
    Path port = profile.resolve("DevToolsActivePort");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() ->
            !process.isAlive() || (Files.exists(port) && Files.readAllLines(port).size() == 2));
    if (!process.isAlive()) {
      throw new AssertionError(Files.readString(profile.resolve("log")));
    }
    List<String> lines = Files.readAllLines(port);
    URI uri = URI.create("ws://127.0.0.1:%s%s".formatted(lines.getFirst(), lines.getLast()));
    socket = http.newWebSocketBuilder().buildAsync(uri, new Incoming()).join();
    String target =
        send("", "Target.createTarget", Map.of("url", "about:blank")).path("targetId").asString();
    session =
        send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .path("sessionId")
            .asString();
    for (String domain : List.of("Page", "Runtime", "Log", "Audits")) {
      send(domain + ".enable", Map.of());
    }
  }

  /// Starts it.
  public static Chromium start() {
    try {
      return new Chromium();
    } catch (IOException e) {
      throw new AssertionError("Chromium does not start", e);
    }
  }

  /// Whether pages are to be dark from now on, as by the settings of the system.
  public Chromium dark(boolean dark) {
    send(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    return this;
  }

  /// Goes to a page and waits until `ready` is true there.
  ///
  /// @param ready an expression of JavaScript
  public Chromium open(String url, String ready) {
    send("Page.navigate", Map.of("url", url));
    return await(ready);
  }

  /// Waits until an expression of JavaScript is true.
  public Chromium await(String expression) {
    Awaitility.await(expression)
        .atMost(PATIENCE)
        .until(() -> evaluate("Boolean(" + expression + ")").asBoolean());
    return this;
  }

  /// The value of an expression of JavaScript.
  ///
  /// @throws AssertionError if it throws
  public JsonNode evaluate(String expression) {
    JsonNode answer =
        send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(answer.path("exceptionDetails").toString());
    }
    return answer.path("result").path("value");
  }

  /// Clicks with the mouse in the middle of the first element that matches.
  public Chromium click(String selector) {
    String element = "document.querySelector(" + JSON.writeValueAsString(selector) + ")";
    // A page that is still being drawn moves its elements away from under the pointer.
    await(
        """
        (() => {
          const element = %s;
          if (!element) {
            return false;
          }
          element.scrollIntoView({block: "center", behavior: "instant"});
          const box = element.getBoundingClientRect();
          const before = window.lastBox;
          window.lastBox = [box.x, box.y, box.width, box.height].join(" ");
          const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return before === window.lastBox && (at === element || element.contains(at));
        })()
        """
            .formatted(element));
    JsonNode place =
        evaluate(
            """
            (() => {
              const element = %s;
              element.scrollIntoView({block: "center", behavior: "instant"});
              const box = element.getBoundingClientRect();
              return {x: box.x + box.width / 2, y: box.y + box.height / 2};
            })()
            """
                .formatted(element));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      send(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              place.path("x").asDouble(),
              "y",
              place.path("y").asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
    return this;
  }

  /// Types into the first element that matches.
  public Chromium type(String selector, String text) {
    click(selector);
    send("Input.insertText", Map.of("text", text));
    return this;
  }

  /// What the browser complained of so far.
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// What is seen now, as PNG.
  public byte[] screenshot() {
    JsonNode answer = send("Page.captureScreenshot", Map.of());
    return Base64.getDecoder().decode(answer.path("data").asString());
  }

  private JsonNode send(String method, Map<String, ?> parameters) {
    return send(session, method, parameters);
  }

  private JsonNode send(String to, String method, Map<String, ?> parameters) {
    int id = count.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(id, answer);
    Map<String, Object> message = new HashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (!to.isEmpty()) {
      message.put("sessionId", to);
    }
    var _ = socket.sendText(JSON.writeValueAsString(message), true).join();
    try {
      JsonNode told = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      if (told.has("error")) {
        throw new AssertionError(method + ": " + told.path("error"));
      }
      return told.path("result");
    } catch (CompletionException e) {
      throw new AssertionError(method + " was not answered", e);
    }
  }

  /// Puts messages together, which may come in pieces.
  private final class Incoming implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonNode message = JSON.readTree(text.toString());
        text.setLength(0);
        receive(message);
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }
  }

  private void receive(JsonNode message) {
    CompletableFuture<JsonNode> answer = asked.remove(message.path("id").asInt(0));
    if (answer != null) {
      answer.complete(message);
      return;
    }
    JsonNode told = message.path("params");
    switch (message.path("method").asString("")) {
      case "Runtime.exceptionThrown" -> complaints.add(told.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (told.path("type").asString().matches("error|warning|assert")) {
          complaints.add(told.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        if (told.path("entry").path("level").asString().matches("error|warning")) {
          complaints.add(told.path("entry").toString());
        }
      }
      case "Audits.issueAdded" -> {
        if (told.path("issue").path("code").asString().equals("ContentSecurityPolicyIssue")) {
          complaints.add(told.path("issue").toString());
        }
      }
      default -> {
        // The rest is news, not complaints.
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    Temporary.delete(profile);
  }
}
