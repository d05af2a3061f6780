package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.settings.Machine;
import dev.larder.testing.DnsServer;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.FreeBsdPackage;
import dev.larder.testing.FreeBsdRepository;
import dev.larder.testing.FreeBsdShape;
import dev.larder.testing.NginxServer;
import dev.larder.testing.ReleaseTree;
import dev.larder.testing.UpdateTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `larder doctor` against upstreams and name servers of this machine, the good and the bad.
class DoctorIT {
  private static final String LATEST = "FreeBSD:15:amd64/latest";
  private static final String RELEASE = "releases/amd64/amd64/15.0-RELEASE";

  private static FreeBsdKey key;
  private static FreeBsdKey stranger;

  @TempDir Path directory;

  private record Run(int code, String out, String err) {}

  @BeforeAll
  static void keys() {
    key = FreeBsdKey.create();
    stranger = FreeBsdKey.create();
  }

  private Run doctor(List<String> lines, String... arguments) throws IOException {
    List<String> toml = new ArrayList<>();
    toml.add("data = \"" + directory.resolve("data") + "\"");
    toml.add("[packages]\nlisten = [\"127.0.0.1:0\"]\n[console]\nlisten = []");
    toml.addAll(lines);
    Path file = Files.write(directory.resolve("larder.toml"), toml);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(err),
            new BufferedReader(Reader.nullReader()),
            Map.of(),
            Terminal.NONE,
            InstantSource.system());
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
    String[] all =
        Stream.concat(Stream.of("doctor", "--config", file.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    int code = Main.commandLine(surroundings, machine).run(all);
    return new Run(code, out.toString(), err.toString());
  }

  private static List<String> mirror(String name, String upstream, String... more) {
    List<String> lines = new ArrayList<>(List.of("[mirror." + name + "]"));
    lines.add("upstream = [\"" + upstream + "\"]");
    lines.addAll(List.of(more));
    return lines;
  }

  private static FreeBsdRepository repository() {
    FreeBsdRepository repository = new FreeBsdRepository(LATEST, FreeBsdShape.official(key));
    repository.add(
        FreeBsdPackage.of("pkg", "2.8.4").abi("FreeBSD:15:amd64").payload(50_000),
        FreeBsdPackage.of("tiny", "1.0").abi("FreeBSD:15:amd64").payload(100));
    return repository;
  }

  private static UpdateTree update() {
    UpdateTree tree = UpdateTree.of("15.0-RELEASE", key);
    tree.file("/bin/ls", "ls".getBytes(StandardCharsets.US_ASCII));
    return tree.publish();
  }

  @Test
  void itWalksWhatTheClientsOfFreeBsdBeginWith() throws IOException {
    Path tree = Files.createDirectory(directory.resolve("upstream"));
    FreeBsdRepository repository = repository();
    repository.publish(tree);
    FreeBsdRepository.place(tree, update().files());
    FreeBsdRepository.place(tree, new ReleaseTree(RELEASE).set("base.txz", 9000, 1).next());
    Path trusted = FreeBsdKey.fingerprints(directory.resolve("keys"), key);
    try (NginxServer nginx = NginxServer.serve(tree);
        DnsServer dns =
            DnsServer.with(
                "--srv-host=_http._tcp.pkg.test,live.test," + nginx.port() + ",10,5",
                "--host-record=live.test,127.0.0.1")) {
      List<String> lines = new ArrayList<>(List.of("[egress]", dns.setting()));
      lines.addAll(mirror("freebsd-pkg", "srv:pkg.test", FreeBsdLarder.fingerprints(trusted)));
      lines.addAll(mirror("freebsd-update", nginx.url()));
      lines.addAll(mirror("freebsd-releases", nginx.url()));
      Run run = doctor(lines, "--online");
      assertThat(run.out())
          .contains("priority 10, weight 5")
          .contains("http://live.test:" + nginx.port())
          .containsPattern("data.pkg: \\d+ bytes, ETag .*, Last-Modified .*GMT")
          .contains("304 when asked again")
          .contains("data.pkg read: 2 packages")
          .contains("data.pkg signature: good")
          .contains(repository.packagePath("tiny"))
          .contains("as the index promises")
          .contains("latest.ssl")
          .contains("set: belongs together, its clock is 0")
          .contains("MANIFEST read: 1 packages")
          .contains("All is well.")
          .doesNotContain("PROBLEM");
      assertThat(run.code()).isZero();
      assertThat(nginx.log("/" + repository.packagePath("pkg"))).isEmpty();
    }
  }

  @Test
  void withoutOnlineNobodyIsAsked() throws IOException {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      Run run = doctor(mirror("freebsd-pkg", upstream.url()));
      assertThat(run.code()).isZero();
      assertThat(run.out()).contains("configuration").contains("will be made").contains("All is");
      assertThat(upstream.requests()).isEmpty();
      assertThat(directory.resolve("data")).doesNotExist();
    }
  }

  @Test
  void aCatalogueOfAStrangerIsAProblem() throws IOException {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      upstream.publish(repository().next());
      Path trusted = FreeBsdKey.fingerprints(directory.resolve("keys"), stranger);
      List<String> lines =
          mirror("freebsd-pkg", upstream.url(), FreeBsdLarder.fingerprints(trusted));
      Run run = doctor(lines, "--online");
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.out()).contains("PROBLEM  data.pkg signature").contains("does not work");
    }
  }

  @Test
  void aPackageThatIsNotWhatTheIndexPromisesIsAProblem() throws IOException {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      FreeBsdRepository repository = repository();
      upstream.publish(repository.next());
      byte[] bytes = repository.bytes("tiny").clone();
      bytes[bytes.length / 2] ^= 1;
      upstream.put(repository.packagePath("tiny"), bytes);
      Run run = doctor(mirror("freebsd-pkg", upstream.url()), "--online");
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.out()).contains("another checksum than the index promises");
    }
  }

  @Test
  void aServerThatIsAwayOrHasNoSuchReleaseIsAProblemOfItsMirrorOnly() throws IOException {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      upstream.publish(update().files());
      List<String> lines = new ArrayList<>(mirror("freebsd-update", upstream.url()));
      lines.addAll(mirror("freebsd-releases", "http://127.0.0.1:1"));
      Run run = doctor(lines, "--online");
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.out())
          .contains("verdict: works")
          .contains("verdict: does not work")
          .contains("found to be wrong");
      Run other =
          doctor(mirror("freebsd-update", upstream.url()), "--online", "--release=14.2-RC1");
      assertThat(other.code()).isEqualTo(1);
      assertThat(other.out()).contains("14.2-RC1/amd64/latest.ssl: answers 404");
    }
  }

  @Test
  void aClockThatDiffersFromAnUpstreamsIsNoted() throws IOException {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      upstream.publish(update().files());
      upstream.fault(
          "15.0-RELEASE/amd64/pub.ssl",
          new Fault.Headers(Map.of("Date", "Thu, 01 Jan 2099 00:00:00 GMT")));
      Run run = doctor(mirror("freebsd-update", upstream.url()), "--online");
      assertThat(run.code()).isZero();
      assertThat(run.out())
          .containsPattern("note     clock: this machine's is \\d+ seconds behind")
          .contains("ntpd");
    }
  }

  @Test
  void anAddressThatIsMissingOrTakenIsAProblem() throws IOException {
    String missing = "listen = [\"192.0.2.7:8080\"]";
    assertThat(doctor(mirror("arch", "http://127.0.0.1:9", missing)).out())
        .contains("mirror arch 192.0.2.7:8080: this machine has no such address")
        .contains("the server waits for it");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + socket.getLocalPort();
      String taken = "listen = [\"" + address + "\"]";
      assertThat(doctor(mirror("arch", "http://127.0.0.1:9", taken)).out())
          .contains("mirror arch " + address + ": cannot be listened on");
    }
  }

  /// Linux has all of 127.0.0.0/8, of which its interface shows one.
  @Test
  @EnabledOnOs(OS.LINUX)
  void anAddressThatNoInterfaceShowsIsNotMissing() throws IOException {
    InetAddress hidden = InetAddress.ofLiteral("127.0.0.3");
    String address;
    try (ServerSocket socket = new ServerSocket(0, 1, hidden)) {
      address = "127.0.0.3:" + socket.getLocalPort();
    }
    String listen = "listen = [\"" + address + "\"]";
    assertThat(doctor(mirror("arch", "http://127.0.0.1:9", listen)).out())
        .contains("mirror arch " + address + ": free");
  }

  @Test
  void wrongArgumentsAreToldHowToBeWritten() throws IOException {
    Run run = doctor(List.of(), "--online", "--abi", "amd64");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("such as FreeBSD:15:amd64");
  }

  @Test
  void jsonHasEveryFinding() throws IOException {
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      upstream.publish(update().files());
      Run run = doctor(mirror("freebsd-update", upstream.url()), "--online", "-o", "json");
      assertThat(run.code()).isZero();
      assertThat(run.out())
          .startsWith("{")
          .contains("\"ok\" : true")
          .contains("\"what\" : \"verdict\"");
    }
  }
}
