package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.limits.ClientLimits;
import dev.larder.limits.LimitsSettings;
import dev.larder.log.AccessLog;
import dev.larder.testing.TestTls;
import dev.larder.testing.Toml;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The PROXY protocol, byte by byte. The proxy is 127.0.0.1; clients in 203.0.113.0/24 are denied.
class ProxyHeaderTest {
  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };

  private final PlainContent arch;
  private final Path directory;
  private PackageListener listener;

  ProxyHeaderTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    arch =
        new PlainContent("arch", directory.resolve("tree"))
            .file("a", "content".getBytes(StandardCharsets.UTF_8));
    listener = start("");
  }

  private PackageListener start(String lines) throws Exception {
    String toml =
        """
        [packages]
        listen = ["127.0.0.1:0"]
        proxy-protocol = true
        trusted-proxies = ["127.0.0.1"]
        %s
        [access]
        deny = ["203.0.113.0/24", "2001:db8::/32"]
        """
            .formatted(lines);
    PackagesSettings settings =
        Toml.read(
            toml, root -> PackagesSettings.read(root.table("packages"), root.table("access")));
    Site site = Site.fixed(List.of(arch), List.of(), List.of(), List.of(), Set.of());
    LimitsSettings limits =
        Toml.read("connections-per-client = 2", root -> LimitsSettings.read(root));
    ClientLimits clients = ClientLimits.of(limits, settings::isProxy);
    return PackageListener.open(
        settings, site, clients, Listening.PATIENT, Transport.best(), AccessLog.off());
  }

  @AfterEach
  void close() {
    listener.close();
  }

  private RawClient client() throws IOException {
    return new RawClient(listener.addresses().getFirst());
  }

  /// The code of the answer to a request after `header`.
  private int code(byte[] header) throws IOException {
    try (RawClient client = client()) {
      client.socket.getOutputStream().write(header);
      return client.get("/arch/a").read().code();
    }
  }

  private int code(String header) throws IOException {
    return code(header.getBytes(StandardCharsets.US_ASCII));
  }

  /// A header of version 2.
  ///
  /// @param command 0 is LOCAL, 1 is PROXY
  /// @param family 0x11 is TCP over IPv4, 0x21 over IPv6, 0x12 UDP over IPv4, 0 unknown
  private static byte[] header(int command, int family, byte[] addresses, byte[] extensions)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(SIGNATURE);
    out.writeByte(0x20 | command);
    out.writeByte(family);
    int ports = addresses.length == 0 ? 0 : 4;
    out.writeShort(addresses.length + ports + extensions.length);
    out.write(addresses);
    if (ports > 0) {
      out.writeShort(4711);
      out.writeShort(80);
    }
    out.write(extensions);
    return bytes.toByteArray();
  }

  private static byte[] both(String source, String destination) {
    byte[] from = InetAddress.ofLiteral(source).getAddress();
    byte[] to = InetAddress.ofLiteral(destination).getAddress();
    byte[] all = new byte[from.length + to.length];
    System.arraycopy(from, 0, all, 0, from.length);
    System.arraycopy(to, 0, all, from.length, to.length);
    return all;
  }

  @Test
  void bothVersionsSayWhoTheClientIs() throws IOException {
    assertThat(code("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n")).isEqualTo(200);
    assertThat(code("PROXY TCP4 203.0.113.9 192.0.2.2 4711 80\r\n")).isEqualTo(403);
    assertThat(code("PROXY TCP6 2001:db8::9 2001:db8::1 4711 80\r\n")).isEqualTo(403);
    byte[] none = new byte[0];
    assertThat(code(header(1, 0x11, both("192.0.2.1", "192.0.2.2"), none))).isEqualTo(200);
    assertThat(code(header(1, 0x11, both("203.0.113.9", "192.0.2.2"), none))).isEqualTo(403);
    assertThat(code(header(1, 0x21, both("2001:db8::9", "2001:db8::1"), none))).isEqualTo(403);
    assertThat(code(header(1, 0x21, both("2001:db9::9", "2001:db8::1"), none))).isEqualTo(200);
  }

  private RawClient through(String client) throws IOException {
    RawClient made = client();
    return made.send("PROXY TCP4 " + client + " 192.0.2.2 4711 80\r\n");
  }

  @Test
  void connectionsCountForTheClientTheyAreMadeFor() throws IOException {
    try (RawClient first = through("192.0.2.1")) {
      assertThat(first.get("/arch/a").read().code()).isEqualTo(200);
      // One after the other: which of several headers is read first is not said.
      try (RawClient second = through("192.0.2.1")) {
        assertThat(second.get("/arch/a").read().code()).isEqualTo(200);
        oneMoreOfTheSameIsRefused();
        assertThat(code("PROXY TCP4 192.0.2.3 192.0.2.2 4711 80\r\n")).isEqualTo(200);
        first.socket.close();
        await().until(() -> code("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n") == 200);
      }
    }
    await().until(() -> connections() == 0);
  }

  private void oneMoreOfTheSameIsRefused() throws IOException {
    try (RawClient third = through("192.0.2.1")) {
      RawClient.Response refused = third.get("/arch/a").read();
      assertThat(refused.code()).isEqualTo(429);
      assertThat(refused.text()).contains("connections-per-client");
      assertThat(refused.header("Retry-After")).isNotEmpty();
    }
  }

  private long connections() {
    return listener.traffic().stream().mapToLong(TrafficReport::connections).sum();
  }

  @Test
  void extensionsArePassedOver() throws IOException {
    // PP2_TYPE_AUTHORITY (2) and PP2_TYPE_NOOP (4).
    byte[] extensions = {2, 0, 3, 'a', '.', 'b', 4, 0, 2, 0, 0};
    assertThat(code(header(1, 0x11, both("203.0.113.9", "192.0.2.2"), extensions))).isEqualTo(403);
    assertThat(code(header(1, 0x11, both("192.0.2.1", "192.0.2.2"), extensions))).isEqualTo(200);
  }

  @Test
  void whatTheProxyAsksForItselfIsItsOwn() throws IOException {
    assertThat(code("PROXY UNKNOWN\r\n")).isEqualTo(200);
    byte[] none = new byte[0];
    assertThat(code(header(0, 0, none, none))).isEqualTo(200);
    // Addresses of a LOCAL connection mean nothing.
    assertThat(code(header(0, 0x11, both("203.0.113.9", "192.0.2.2"), none))).isEqualTo(200);
    assertThat(code(header(1, 0, none, none))).isEqualTo(200);
  }

  @Test
  void theHeaderMayComeInPiecesAndRequestsRightBehindIt() throws IOException {
    try (RawClient client = client()) {
      for (char c : "PROXY TCP4 203.0.113.9 192.0.2.2 4711 80\r\n".toCharArray()) {
        client.send(String.valueOf(c));
      }
      assertThat(client.get("/arch/a").read().code()).isEqualTo(403);
    }
    try (RawClient client = client()) {
      String request = "GET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n";
      client.send("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n" + request + request);
      assertThat(client.read().text()).isEqualTo("content");
      assertThat(client.read().text()).isEqualTo("content");
    }
  }

  /// The client of the PROXY header is no proxy, so that its own claims count for nothing.
  @Test
  void headersOfTheClientAreNotBelieved() throws IOException {
    try (RawClient client = client()) {
      client.send("PROXY TCP4 203.0.113.9 192.0.2.2 4711 80\r\n");
      assertThat(client.get("/arch/a", "X-Forwarded-For: 192.0.2.1").read().code()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "PROXY TCP4 203.0.113.9\r\nGET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "PROXY TCP4 example.org 192.0.2.2 4711 80\r\nGET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 99999 80\r\nGET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "\r\n\r\n\0\r\nQUIT\n1\u0011\0\u000cabcdabcdabcdGET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n",
      })
  void whoBeginsWithAnythingElseIsNotAnswered(String bytes) throws IOException {
    long before = listener.refusals().getOrDefault("proxy", 0L);
    try (RawClient client = client()) {
      client.send(bytes);
      assertThat(ended(client)).isTrue();
    }
    assertThat(arch.asked).hasValue(0);
    await().untilAsserted(() -> assertThat(listener.refusals()).containsEntry("proxy", before + 1));
    assertThat(code("PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n")).isEqualTo(200);
  }

  @Test
  void anotherProtocolThanTcpIsNotAnswered() throws IOException {
    try (RawClient client = client()) {
      byte[] udp = header(1, 0x12, both("192.0.2.1", "192.0.2.2"), new byte[0]);
      client.socket.getOutputStream().write(udp);
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void whoIsNotTrustedIsNotListenedTo() throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
    socket.connect(listener.addresses().getFirst(), 5_000);
    try (RawClient stranger = new RawClient(socket)) {
      assertThat(ended(stranger)).isTrue();
    }
    assertThat(arch.asked).hasValue(0);
    await().untilAsserted(() -> assertThat(listener.refusals()).containsEntry("proxy", 1L));
  }

  /// Nothing is answered, and the connection is closed; what was not read makes that a reset.
  private static boolean ended(RawClient client) {
    try {
      return client.readByte() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void tlsBeginsAfterTheHeader() throws Exception {
    listener.close();
    TestTls tls = TestTls.create(directory);
    listener = start("tls = " + PemPair.write(tls, directory));
    assertThat(secure(tls, "PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n")).isEqualTo(200);
    assertThat(secure(tls, "PROXY TCP4 203.0.113.9 192.0.2.2 4711 80\r\n")).isEqualTo(403);
  }

  private int secure(TestTls tls, String header) throws IOException {
    try (RawClient outside = client()) {
      outside.send(header);
      Socket secure =
          tls.context().getSocketFactory().createSocket(outside.socket, "localhost", 0, true);
      try (RawClient inside = new RawClient(secure)) {
        return inside.get("/arch/a").read().code();
      }
    }
  }
}
