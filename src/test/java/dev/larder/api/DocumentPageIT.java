package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.store.Layout;
import dev.larder.testing.Chromium;
import dev.larder.testing.Tools;
import dev.larder.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `/api/docs` in the real Chromium, which enforces the page's own policy.
class DocumentPageIT {
  @TempDir private Path directory;
  private Access access;
  private ConsoleListener console;
  private Chromium browser;

  @BeforeAll
  static void tools() {
    Tools.require("chromium");
  }

  @BeforeEach
  void open() throws IOException {
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    console = SampleConsole.open(new ConsoleSettings(List.of(any)), new SampleOperations(), access);
    browser = Chromium.start();
  }

  @AfterEach
  void close() throws IOException {
    browser.close();
    console.close();
    access.close();
  }

  private String url(String path) {
    return "http://127.0.0.1:%d%s".formatted(console.addresses().getFirst().getPort(), path);
  }

  private void keep(String name) throws IOException {
    Path pictures = Files.createDirectories(Path.of("target/pictures"));
    Files.write(pictures.resolve(name + ".png"), browser.screenshot());
  }

  private static int brightness(String color) {
    int sum = 0;
    for (String part : color.replaceAll("[^0-9, ]", "").strip().split("[, ]+", -1)) {
      sum += Integer.parseInt(part);
    }
    return sum / 3;
  }

  @Test
  void everyOperationIsShownInLightAndDarkAndNothingIsComplainedOf() throws Exception {
    int operations =
        new DocumentRules(Json.response(ApiDocument.read().json(), JsonNode.class))
            .operations()
            .size();
    for (boolean dark : List.of(false, true)) {
      browser
          .dark(dark)
          .open(url("/api/docs"), "document.querySelectorAll('.opblock').length === " + operations);
      keep(dark ? "docs-dark" : "docs-light");
      String back = "getComputedStyle(document.querySelector('%s')).%s";
      String paper = browser.evaluate(back.formatted("body", "backgroundColor")).asString();
      String ink = browser.evaluate(back.formatted(".opblock-summary-path", "color")).asString();
      assertThat(brightness(paper)).isBetween(dark ? 0 : 200, dark ? 60 : 255);
      assertThat(Math.abs(brightness(paper) - brightness(ink))).isGreaterThan(120);
    }
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void theScopeOfAnOperationIsShown() throws Exception {
    browser
        .dark(true)
        .open(
            url("/api/docs#/packages/uploadPackage"),
            "document.querySelector('.opblock.is-open .responses-table')");
    assertThat(browser.evaluate("document.querySelector('.opblock.is-open').innerText").asString())
        .contains("x-larder-scope", "upload:{name}", "422");
    String names =
        "[...document.querySelectorAll('.opblock.is-open [data-param-name]')]"
            + ".map(each => each.dataset.paramName).join(' ')";
    assertThat(browser.evaluate(names).asString())
        .isEqualTo("name package downgrade on-conflict Repr-Digest Content-Digest");
    browser
        .click(".opblock.is-open .try-out__btn")
        .await("document.querySelector('.opblock.is-open input[type=file]')");
    keep("docs-operation");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aRequestIsTriedWithATokenAndNothingIsComplainedOf() throws Exception {
    String token = Files.readString(access.cli().file()).strip();
    browser
        .open(url("/api/docs#/server/whoAmI"), "document.querySelector('.opblock.is-open')")
        .click(".btn.authorize")
        .type(".auth-container input", token)
        .click(".auth-btn-wrapper .authorize")
        .await("document.querySelector('.auth-btn-wrapper .btn-done')")
        .click(".auth-btn-wrapper .btn-done")
        .click(".opblock.is-open .try-out__btn")
        .click(".opblock.is-open .execute")
        .await("document.querySelector('.live-responses-table .response-col_status')");
    assertThat(
            browser
                .evaluate("document.querySelector('.live-responses-table').innerText")
                .asString())
        .contains("200")
        .contains("\"principal\": \"cli\"");
    keep("docs-tried");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aPageThatBreaksItsPolicyIsComplainedOf() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] page = "<p id=\"p\">x<script>1</script>".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Security-Policy", "script-src 'self'");
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    server.start();
    try {
      browser.open(
          "http://127.0.0.1:" + server.getAddress().getPort() + "/",
          "document.getElementById('p')");
      Awaitility.await().until(() -> !browser.complaints().isEmpty());
      assertThat(browser.complaints().toString()).contains("Content Security Policy");
    } finally {
      server.stop(0);
    }
  }
}
