package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.repo.Admission;
import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("try") // closing at a moment of our choice is what is tested
@ParameterizedClass
@MethodSource("dev.larder.serve.Listening#transports")
class OpenCloseTest {
  private static final Duration BRIEFLY = Duration.ofMillis(600);

  private final Transport transport;
  private final Path directory;

  OpenCloseTest(Transport transport, @TempDir Path directory) {
    this.transport = transport;
    this.directory = directory;
  }

  private static PackagesSettings on(InetSocketAddress... addresses) {
    return stopping(BRIEFLY, addresses);
  }

  private static PackagesSettings stopping(Duration within, InetSocketAddress... addresses) {
    return new PackagesSettings(
        List.of(addresses), null, Admission.OPEN, Proxies.NONE, null, within);
  }

  private PlainContent content(String name) throws IOException {
    return new PlainContent(name, directory.resolve(name))
        .file("a", name.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aTakenAddressIsOneClearSentenceAndNothingStaysOpen() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress first = (InetSocketAddress) free.getLocalSocketAddress();
      InetSocketAddress second = (InetSocketAddress) taken.getLocalSocketAddress();
      free.close();
      Site site = Site.fixed(List.of(), List.of(), List.of(), List.of(), Set.of());
      assertThatThrownBy(
              () -> PackageListener.open(on(first, second), site, Listening.PATIENT, transport))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot listen on 127.0.0.1:"
                  + second.getPort()
                  + ": another program listens there; stop it, or choose another address with"
                  + " --listen or [packages] listen");
      try (ServerSocket again = new ServerSocket()) {
        again.setReuseAddress(true);
        again.bind(first);
      }
    }
  }

  @Test
  void unusableAddressesAndCertificatesAreSentencesToo() {
    Site site = Site.fixed(List.of(), List.of(), List.of(), List.of(), Set.of());
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("no.such.host.invalid", 1);
    assertThatThrownBy(() -> PackageListener.open(on(nowhere), site, Listening.PATIENT, transport))
        .hasMessage("cannot listen on no.such.host.invalid:1: this host name has no address");
    PackagesSettings.Tls tls =
        new PackagesSettings.Tls(directory.resolve("no.crt"), directory.resolve("no.key"));
    PackagesSettings secure = new PackagesSettings(List.of(Listening.anyPort()), tls);
    assertThatThrownBy(() -> PackageListener.open(secure, site, Listening.PATIENT, transport))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no file " + directory.resolve("no.crt"));
  }

  @Test
  void itTellsWhetherItListensAndWhatItAnswers() throws IOException {
    Site site = Site.fixed(List.of(content("arch")), List.of(), List.of(), List.of(), Set.of());
    PackageListener listener =
        PackageListener.open(on(Listening.anyPort()), site, Listening.PATIENT, transport);
    try (listener) {
      assertThat(listener.isListening()).isTrue();
      assertThat(listener.traffic().getFirst().responses()).isEmpty();
      try (RawClient client = new RawClient(listener.addresses().getFirst())) {
        client.send("GET /arch/a HTTP/1.1\r\nHost: x\r\n\r\n");
        client.send("GET /arch/none HTTP/1.1\r\nHost: x\r\n\r\n");
        await()
            .untilAsserted(() ->
                assertThat(listener.traffic().getFirst().responses())
                    .isEqualTo(Map.of(200, 1L, 404, 1L)));
        assertThat(listener.traffic().getFirst().connections()).isEqualTo(1);
      }
      await().until(() -> listener.traffic().getFirst().connections() == 0);
    }
    assertThat(listener.isListening()).isFalse();
  }

  @Test
  void contentsHaveSharedAddressesOwnOnesAndUpstreamsHosts() throws IOException {
    PlainContent arch = content("arch").answer("m", _ -> moved());
    PlainContent other = content("other");
    Site site =
        Site.fixed(
            List.of(arch, other),
            List.of(new Site.Own(arch, List.of(Listening.anyPort(), Listening.anyPort()))),
            List.of(Site.UpstreamHost.of(URI.create("https://up.example/pub/"), arch)),
            List.of(),
            Set.of());
    try (PackageListener listener =
        PackageListener.open(
            on(Listening.anyPort(), Listening.anyPort()), site, Listening.PATIENT, transport)) {
      assertThat(listener.addresses()).hasSize(2).noneMatch(address -> address.getPort() == 0);
      assertThat(listener.addresses("arch")).hasSize(2);
      assertThat(listener.addresses("other")).isEmpty();
      for (InetSocketAddress address : listener.addresses()) {
        assertThat(get(address, "/arch/a").text()).isEqualTo("arch");
        assertThat(get(address, "/other/a").text()).isEqualTo("other");
        assertThat(get(address, "http://up.example/pub/a").text()).isEqualTo("arch");
        assertThat(get(address, "http://up.example/pub/m").header("Location"))
            .isEqualTo("/pub/@1/m");
      }
      for (InetSocketAddress address : listener.addresses("arch")) {
        assertThat(get(address, "/a").text()).isEqualTo("arch");
        assertThat(get(address, "/m").header("Location")).isEqualTo("/@1/m");
        assertThat(get(address, "/other/a").code()).isEqualTo(404);
        assertThat(get(address, "/").text()).contains("./a");
      }
    }
  }

  private static Answer moved() {
    return new Answer.Moved("@1/m", CacheStatus.hit(""));
  }

  private static RawClient.Response get(InetSocketAddress address, String target)
      throws IOException {
    try (RawClient client = new RawClient(address)) {
      return client.get(target).read();
    }
  }

  @Test
  void closingFinishesBodiesUnderWay() throws Exception {
    byte[] bytes = Listening.bytes(500_000);
    SlowFile file = new SlowFile(directory.resolve("growing"));
    try (Listening listening =
            Listening.on(transport, Listening.PATIENT, null, growing(file, bytes.length));
        RawClient idle = listening.client();
        RawClient busy = listening.client()) {
      idle.get("/arch/a").read();
      busy.get("/arch/growing").readStart();
      Thread closing = Thread.ofVirtual().start(listening::close);
      assertThat(idle.readByte()).as("idle connections end at once").isEqualTo(-1);
      await().until(() -> refuses(listening.address()));
      file.grow(bytes);
      file.complete();
      assertThat(busy.exactly(bytes.length)).isEqualTo(bytes);
      assertThat(busy.readByte()).as("and then the connection ends").isEqualTo(-1);
      busy.close();
      closing.join();
      assertThat(file.left).hasValue(1);
    }
    file.close();
  }

  @Test
  void closingWaitsNoLongerThanItIsToldTo() throws Exception {
    SlowFile file = new SlowFile(directory.resolve("growing"));
    try (PackageListener listener = serving(BRIEFLY, file);
        RawClient busy = new RawClient(listener.addresses().getFirst())) {
      busy.get("/arch/growing").readStart();
      long start = System.nanoTime();
      listener.close();
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertThat(took).isBetween(BRIEFLY, Duration.ofSeconds(8));
      assertThat(file.left).hasValue(1);
      assertThat(busy.readByte()).isEqualTo(-1);
    }
    file.close();
  }

  @Test
  void anotherTimeIsTakenByAReload() throws IOException {
    Site site = Site.fixed(List.of(), List.of(), List.of(), List.of(), Set.of());
    try (PackageListener listener =
        PackageListener.open(on(Listening.anyPort()), site, Listening.PATIENT, transport)) {
      assertThat(listener.stopsWithin()).isEqualTo(BRIEFLY);
      Duration longer = Duration.ofMinutes(2);
      listener.prepare(stopping(longer, Listening.anyPort()), List.of()).apply();
      assertThat(listener.stopsWithin()).isEqualTo(longer);
    }
  }

  @Test
  void whoIsInAHurryNeedNotWaitForBodies() throws Exception {
    SlowFile file = new SlowFile(directory.resolve("growing"));
    try (PackageListener listener = serving(Duration.ofHours(1), file);
        RawClient busy = new RawClient(listener.addresses().getFirst())) {
      busy.get("/arch/growing").readStart();
      Thread closing = Thread.ofVirtual().start(listener::close);
      await().until(() -> refuses(listener.addresses().getFirst()));
      assertThat(closing.join(Duration.ofMillis(300))).as("it waits").isFalse();
      listener.hurry();
      assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
      assertThat(busy.readByte()).isEqualTo(-1);
    }
    file.close();
  }

  private PackageListener serving(Duration within, SlowFile file) throws IOException {
    Site site = Site.fixed(List.of(growing(file, 1000)), List.of(), List.of(), List.of(), Set.of());
    return PackageListener.open(
        stopping(within, Listening.anyPort()), site, Listening.PATIENT, transport);
  }

  @Test
  void anAddressThatIsMissingIsNoReasonNotToServeTheOthers() throws IOException {
    // TEST-NET-1: no machine has it.
    InetSocketAddress missing = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 8080);
    PlainContent arch = content("arch");
    Site site = Site.fixed(List.of(arch), List.of(), List.of(), List.of(), Set.of());
    try (PackageListener listener =
        PackageListener.open(
            on(missing, Listening.anyPort()), site, Listening.PATIENT, transport)) {
      assertThat(listener.waiting())
          .containsExactly(
              Map.entry(
                  missing, "cannot listen on 192.0.2.7:8080: this machine has no such address"));
      assertThat(listener.isListening()).isTrue();
      assertThat(get(listener.addresses().getLast(), "/arch/a").text()).isEqualTo("arch");
      // And with none but that one it runs, and does not listen.
      listener.prepare(on(missing), List.of()).apply();
      assertThat(listener.addresses()).containsExactly(missing);
      assertThat(listener.isListening()).isFalse();
      listener.prepare(on(Listening.anyPort()), List.of()).apply();
      assertThat(listener.waiting()).isEmpty();
      assertThat(get(listener.addresses().getFirst(), "/arch/a").text()).isEqualTo("arch");
    }
  }

  private PlainContent growing(SlowFile file, int size) throws IOException {
    return content("arch")
        .answer(
            "growing",
            ask -> {
              Representation is = new Representation(size, null, null, null);
              ask.want(is);
              CacheStatus status = CacheStatus.forwarded("uri-miss", 200, true, "");
              Answer.Body body = new Answer.Body.Growing(file);
              return new Answer.Found(is, body, status, Answer.Validity.ONCE);
            });
  }

  private static boolean refuses(InetSocketAddress address) {
    try (RawClient client = new RawClient(address)) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
