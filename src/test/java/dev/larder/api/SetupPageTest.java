package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.store.Layout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The set-up link, walked as a browser would.
class SetupPageTest {
  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private Access access;
  private ConsoleListener console;

  @BeforeEach
  void open() throws IOException {
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    console = SampleConsole.open(new ConsoleSettings(List.of(any)), new SampleOperations(), access);
  }

  @AfterEach
  void close() throws IOException {
    console.close();
    access.close();
    http.close();
  }

  private String code() {
    return String.valueOf(access.setup().code());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + console.addresses().getFirst().getPort() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> look(String code) throws IOException, InterruptedException {
    return send(request(ConsoleListener.setupPath(code)));
  }

  private HttpResponse<String> submit(String code, String name)
      throws IOException, InterruptedException {
    String form = "t=" + URLEncoder.encode(code, UTF_8) + "&name=" + URLEncoder.encode(name, UTF_8);
    return send(
        request("/setup")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
  }

  private static String only(String pattern, String html) {
    Matcher matcher = Pattern.compile(pattern).matcher(html);
    assertThat(matcher.find()).describedAs(html).isTrue();
    return matcher.group(1);
  }

  @Test
  void openingTheLinkAndSendingTheFormMakesTheToken() throws Exception {
    String code = code();
    HttpResponse<String> page = look(code);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
    assertThat(access.tokens().list()).isEmpty();
    assertThat(only("<form method=\"post\" action=\"([^\"]*)\"", page.body())).isEqualTo("/setup");
    assertThat(only("name=\"t\" value=\"([^\"]*)\"", page.body())).isEqualTo(code);
    String name = only("id=\"name\" name=\"name\" value=\"([^\"]*)\"", page.body());

    HttpResponse<String> made = submit(code, name);
    assertThat(made.statusCode()).isEqualTo(200);
    String secret = only("<pre>(larder_[0-9a-f]{64})</pre>", made.body());
    HttpResponse<String> who =
        send(request("/api/v1/whoami").header("Authorization", "Bearer " + secret));
    assertThat(who.body()).contains("\"token:admin\"", "[\"admin\"]");
    assertThat(access.audit().last(null, 10))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.principal()).isEqualTo("setup");
          assertThat(event.action()).isEqualTo("token.create");
          assertThat(event.target()).isEqualTo("admin admin");
        });
    for (HttpResponse<String> again : List.of(look(code), submit(code, "other"))) {
      assertThat(again.statusCode()).isEqualTo(403);
      assertThat(again.body()).contains("does not work").doesNotContain("<form");
    }
    assertThat(access.tokens().list()).hasSize(1);
  }

  @Test
  void whateverOpensLinksBeforePeopleDoUsesNothingUp() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(look(code()).statusCode()).isEqualTo(200);
    }
    assertThat(
            send(request(ConsoleListener.setupPath(code())).method("HEAD", BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(200);
    assertThat(submit(code(), "admin").statusCode()).isEqualTo(200);
  }

  @Test
  void noScriptNoFrameAndNoReferrer() throws Exception {
    HttpResponse<String> page = look(code());
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'none'; style-src 'self'; form-action 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(page.body()).doesNotContain("<script", "style=", "<style");
    HttpResponse<String> style = send(request(only("href=\"([^\"]*)\"", page.body())));
    assertThat(style.statusCode()).isEqualTo(200);
    assertThat(style.headers().firstValue("Content-Type").orElse("")).startsWith("text/css");
  }

  @Test
  void aNameThatIsNoneCanBeMended() throws Exception {
    HttpResponse<String> wrong = submit(code(), "<script>");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("cannot be a token", "<form").doesNotContain("<script>");
    assertThat(submit(code(), "me").statusCode()).isEqualTo(200);
  }

  @Test
  void guessingIsSlowedDown() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat((i % 2 == 0 ? look("GUESS") : submit("GUESS", "x")).statusCode()).isEqualTo(403);
    }
    HttpResponse<String> limited = submit("GUESS", "x");
    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(limited.headers().firstValue("Retry-After")).isPresent();
    assertThat(look("").statusCode()).isEqualTo(429);
    assertThat(access.audit().last(null, 100))
        .hasSize(12)
        .allSatisfy(event -> assertThat(event.action()).isEqualTo("authenticate"));
    assertThat(submit(code(), "admin").statusCode()).isEqualTo(200);
  }

  @Test
  void aForeignHostIsRefused() throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(console.addresses().getFirst());
      String request =
          "GET %s HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
              .formatted(ConsoleListener.setupPath(code()));
      socket.getOutputStream().write(request.getBytes(UTF_8));
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 421 ");
    }
  }
}
