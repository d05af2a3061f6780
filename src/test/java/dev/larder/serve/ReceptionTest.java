package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.repo.Admission;
import dev.larder.testing.TestTls;
import dev.larder.testing.Toml;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who gets what of a listener, by address and by path. The listener trusts 127.0.0.9 as a proxy
/// and denies 127.0.0.3; `inner` is for 127.0.0.4 only, `limited` gives nothing below `out`.
class ReceptionTest {
  private final PlainContent open;
  private final PlainContent inner;
  private final PlainContent limited;
  private final Site site;
  private PackageListener listener;

  ReceptionTest(@TempDir Path directory) throws Exception {
    open = new PlainContent("open", directory.resolve("open")).file("a", bytes("open"));
    inner =
        new PlainContent("inner", directory.resolve("inner"))
            .file("a", bytes("inner"))
            .admission(
                Toml.read(
                    "[mirror.inner]\nallow = [\"127.0.0.4\"]",
                    root -> Admission.readHere(root.table("mirror").table("inner"))));
    limited =
        new PlainContent("limited", directory.resolve("limited"))
            .file("in/a", bytes("limited"))
            .file("out/a", bytes("never"))
            .refusing("out", "Nothing of out is here.");
    site =
        Site.fixed(
            List.of(open, inner, limited),
            List.of(new Site.Own(inner, List.of(Listening.anyPort()))),
            List.of(Site.UpstreamHost.of(URI.create("http://inner.example/base"), inner)),
            List.of(new Site.RootPath("/", Pattern.compile("top"), inner)),
            Set.of());
    listener = start("");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private PackageListener start(String lines) throws InvalidConfig, IOException {
    String toml =
        """
        [packages]
        listen = ["127.0.0.1:0"]
        trusted-proxies = ["127.0.0.9"]
        %s
        [access]
        deny = ["127.0.0.3"]
        """
            .formatted(lines);
    PackagesSettings settings =
        Toml.read(
            toml, root -> PackagesSettings.read(root.table("packages"), root.table("access")));
    return PackageListener.open(settings, site, Listening.PATIENT, Transport.best());
  }

  @AfterEach
  void close() {
    listener.close();
  }

  private RawClient client(String from) throws IOException {
    return client(from, listener.addresses().getFirst());
  }

  private static RawClient client(String from, InetSocketAddress to) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(to, 5_000);
    return new RawClient(socket);
  }

  /// Status and body.
  private String get(String from, String target, String... lines) throws IOException {
    try (RawClient client = client(from)) {
      RawClient.Response response = client.get(target, lines).read();
      return response.code() + " " + response.text().strip();
    }
  }

  @Test
  void aContentIsForItsOwnClientsByWhateverWayItIsAskedFor() throws IOException {
    String no =
        "403 inner is not served to 127.0.0.1; its operator can change that with \"allow\""
            + " and \"deny\".";
    assertThat(get("127.0.0.1", "/inner/a")).isEqualTo(no);
    assertThat(get("127.0.0.1", "/inner/")).isEqualTo(no);
    assertThat(get("127.0.0.1", "/inner")).isEqualTo(no);
    assertThat(get("127.0.0.1", "/top")).isEqualTo(no);
    assertThat(get("127.0.0.1", "http://inner.example/base/a")).isEqualTo(no);
    try (RawClient own = client("127.0.0.1", listener.addresses("inner").getFirst())) {
      assertThat(own.get("/a").read().text().strip()).isEqualTo(no.substring(4));
      // The connection goes on: other contents may be this client's.
      assertThat(own.get("/a").read().code()).isEqualTo(403);
    }
    assertThat(inner.asked).hasValue(0);
    assertThat(listener.refusals()).containsEntry("network", 7L).containsEntry("root", 0L);
    assertThat(get("127.0.0.4", "/inner/a")).isEqualTo("200 inner");
    assertThat(get("127.0.0.4", "http://inner.example/base/a")).isEqualTo("200 inner");
    assertThat(get("127.0.0.1", "/open/a")).isEqualTo("200 open");
  }

  @Test
  void aFileInMemoryIsGivenToNobodyElseEither() throws IOException {
    assertThat(get("127.0.0.4", "/inner/a")).isEqualTo("200 inner");
    assertThat(get("127.0.0.4", "/inner/a")).isEqualTo("200 inner");
    assertThat(get("127.0.0.1", "/inner/a")).startsWith("403 ");
    try (RawClient client = client("127.0.0.1")) {
      assertThat(client.request("HEAD", "/inner/a").readHead().code()).isEqualTo(403);
    }
  }

  @Test
  void theFrontPageShowsWhatTheClientMayHave() throws IOException {
    assertThat(get("127.0.0.1", "/")).contains("/open/", "/limited/").doesNotContain("inner");
    assertThat(get("127.0.0.4", "/")).contains("/open/", "/inner/");
  }

  @Test
  void whatIsOutsideTheRootsIsRefusedAndNotAskedFor() throws IOException {
    assertThat(get("127.0.0.1", "/limited/out/a")).isEqualTo("403 Nothing of out is here.");
    assertThat(get("127.0.0.1", "/limited/out/")).startsWith("403 ");
    assertThat(limited.asked).hasValue(0);
    assertThat(listener.refusals()).containsEntry("root", 2L);
    assertThat(get("127.0.0.1", "/limited/in/a")).isEqualTo("200 limited");
  }

  @Test
  void afterARefusalForEverythingNothingMoreIsReadOrLookedAheadTo() throws IOException {
    try (RawClient client = client("127.0.0.3")) {
      client.send("GET /open/a HTTP/1.1\r\nHost: x\r\n\r\nGET /open/a HTTP/1.1\r\nHost: x\r\n\r\n");
      RawClient.Response refused = client.read();
      assertThat(refused.code()).isEqualTo(403);
      assertThat(refused.header("Connection")).isEqualTo("close");
      assertThat(refused.text())
          .isEqualTo(
              "This server does not serve 127.0.0.3; its operator can change that in [access].\n");
      assertThat(client.rest()).isEmpty();
    }
    assertThat(open.asked).hasValue(0);
    assertThat(open.ahead).isEmpty();
  }

  @Test
  void whatOneClientMayNotHaveIsNotLookedAheadTo() throws IOException {
    try (RawClient client = client("127.0.0.1")) {
      StringBuilder requests = new StringBuilder();
      for (String path : List.of("/open/a", "/inner/a", "/limited/out/a")) {
        requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      client.send(requests.toString());
      assertThat(client.read().code()).isEqualTo(200);
      assertThat(client.read().code()).isEqualTo(403);
      assertThat(client.read().code()).isEqualTo(403);
    }
    assertThat(inner.ahead).isEmpty();
    assertThat(limited.ahead).isEmpty();
  }

  @Test
  void eachRequestThroughAProxyIsThatOfItsOwnClient() throws IOException {
    try (RawClient proxy = client("127.0.0.9")) {
      assertThat(proxy.get("/inner/a", "X-Forwarded-For: 127.0.0.4").read().code()).isEqualTo(200);
      assertThat(proxy.get("/inner/a", "X-Forwarded-For: 192.0.2.1").read().text())
          .startsWith("inner is not served to 192.0.2.1;");
      assertThat(proxy.get("/inner/a", "Forwarded: for=127.0.0.4").read().code()).isEqualTo(200);
      assertThat(proxy.get("/open/a", "X-Forwarded-For: 127.0.0.3").read().code()).isEqualTo(403);
    }
    // Nobody else speaks for others.
    assertThat(get("127.0.0.1", "/inner/a", "X-Forwarded-For: 127.0.0.4")).startsWith("403 ");
    assertThat(get("127.0.0.3", "/open/a", "X-Forwarded-For: 127.0.0.1")).startsWith("403 ");
  }

  @Test
  void contradictionsAreRefusedWithWhatToDo() throws IOException {
    String[] both = {"X-Forwarded-For: 127.0.0.4", "Forwarded: for=127.0.0.1"};
    assertThat(get("127.0.0.9", "/open/a", both))
        .isEqualTo(
            "400 The headers Forwarded and X-Forwarded-For contradict each other; the proxy before"
                + " this server has to write one of them and to remove the other.");
    assertThat(listener.refusals()).containsEntry("proxy", 1L);
    assertThat(get("127.0.0.1", "/open/a", both)).isEqualTo("200 open");
  }

  @Test
  void clientsAreToldTheAddressTheyKnow() throws Exception {
    assertThat(get("127.0.0.1", "/")).contains("Server = http://larder/open/");
    assertThat(
            get(
                "127.0.0.9",
                "/",
                "X-Forwarded-For: 192.0.2.1",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: pkg.example"))
        .contains("Server = https://pkg.example/open/");
    assertThat(get("127.0.0.1", "/", "X-Forwarded-Host: evil.example")).doesNotContain("evil");
    listener.close();
    listener = start("public-url = \"https://pkg.example/larder/\"");
    String front = get("127.0.0.1", "/");
    assertThat(front)
        .contains("Server = https://pkg.example/larder/open/", "href=\"/larder/open/\"");
    try (RawClient proxy = client("127.0.0.9");
        RawClient near = client("127.0.0.1")) {
      // The proxy takes the path off, so it has to be put on again; for others it is not there.
      assertThat(proxy.get("/open", "X-Forwarded-For: 192.0.2.1").read().header("Location"))
          .isEqualTo("/larder/open/");
      assertThat(near.get("/open").read().header("Location")).isEqualTo("/open/");
    }
  }

  @Test
  void overTlsTheRefusalIsReadableToo(@TempDir Path directory) throws Exception {
    listener.close();
    TestTls tls = TestTls.create(directory);
    listener = start("tls = " + PemPair.write(tls, directory));
    try (RawClient client = client("127.0.0.3")) {
      Socket secure =
          tls.context().getSocketFactory().createSocket(client.socket, "localhost", 0, true);
      try (RawClient inside = new RawClient(secure)) {
        assertThat(inside.get("/open/a").read().code()).isEqualTo(403);
        assertThat(inside.rest()).isEmpty();
      }
    }
    assertThat(open.asked).hasValue(0);
  }
}
