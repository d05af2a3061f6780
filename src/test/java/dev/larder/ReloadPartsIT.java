package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One server whose configuration is changed table by table, by SIGHUP: what each says holds from
/// then on, and no longer when it is taken out.
class ReloadPartsIT {
  private static final PackageSpec TOOL = PackageSpec.of("tool", "1-1").payload(20_000);

  @TempDir private static Path directory;
  private static LarderProcess larder;
  private static String console;
  private static String base;

  private static Path file() {
    return directory.resolve("larder.toml");
  }

  @BeforeAll
  static void start() throws IOException {
    Tools.require("curl", "openssl", "repo-add", "bsdtar", "zstd");
    // Nobody is asked here; what mirrors do at a reload is tried elsewhere.
    larder = new LarderProcess(directory, "http://127.0.0.1:9").start();
    Matcher line = Pattern.compile("console\\s+(http://\\S+)").matcher(larder.output());
    assertThat(line.find()).isTrue();
    console = line.group(1).replaceFirst("/$", "");
    base = Files.readString(file());
  }

  @AfterAll
  static void stop() {
    larder.close();
  }

  /// Back to the configuration it was started with.
  @BeforeEach
  void base() throws IOException {
    take(base);
  }

  /// Has the configuration taken, and waits until the log, wherever it is, says so.
  private static void take(String toml) throws IOException {
    Files.writeString(file(), toml);
    int before = taken();
    Command.of("kill", "-HUP", Long.toString(larder.pid())).runOk();
    await().until(() -> taken() > before);
  }

  private static int taken() throws IOException {
    String all = larder.output();
    Path moved = directory.resolve("larder.log");
    if (Files.exists(moved)) {
      all += Files.readString(moved);
    }
    return all.split("the configuration was read again", -1).length - 1;
  }

  private static String cache() throws IOException {
    String token = Files.readString(larder.data().resolve("cli.token")).strip();
    return Command.of("curl", "-sS", "-H", bearer(token), console + "/api/v1/cache").runOk();
  }

  private static String status(String url, String... more) {
    return Command.of("curl", "-sL", "-o", "/dev/null", "-w", "%{http_code}", url)
        .with(more)
        .run()
        .output();
  }

  private static String top() {
    return larder.uri("").toString().replaceFirst("/arch/$", "");
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  @Test
  void aRepositoryComesIsGivenAPackageGoesAndComesBackWithIt() throws IOException {
    String own = base + "[repo.own]\nformat = \"pacman\"\n";
    take(own);
    try (ArchRepository maker = ArchRepository.unsigned("maker")) {
      Path made = maker.add(TOOL).getFirst();
      Command.Result run =
          Command.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  "dev.larder.Main")
              .with("repo", "add", "own", made.toString(), "--server", console)
              .with("--token-file", larder.data().resolve("cli.token").toString())
              .run();
      assertThat(run.ok()).as(run.output()).isTrue();
    }
    String database = top() + "/repo/own/x86_64/own.db";
    assertThat(status(database)).isEqualTo("200");
    take(own + "allow = [\"192.0.2.0/24\"]\n");
    assertThat(status(database)).isEqualTo("403");
    assertThat(status(database + ".sig")).isEqualTo("403");
    take(own + "path = [\"/elsewhere\"]\nsign = []\n");
    assertThat(status(top() + "/elsewhere/x86_64/own.db")).isEqualTo("200");
    assertThat(status(database + ".sig")).isEqualTo("404");
    take(base);
    assertThat(status(database)).isEqualTo("404");
    take(own);
    assertThat(status(database)).isEqualTo("200");
  }

  @Test
  void aTokenIsWorthSomethingAsLongAsItIsDeclared() throws IOException {
    String token = "larder_" + "0123456789abcdef".repeat(4);
    String hash = Command.of("sha256sum").input(token).runOk().substring(0, 64);
    String status = console + "/api/v1/status";
    assertThat(status(status, "-H", bearer(token))).isEqualTo("401");
    take(
        base
            + "[[token]]\nname = \"ci\"\nhash = \"sha256:%s\"\nscope = [\"admin\"]\n"
                .formatted(hash));
    assertThat(status(status, "-H", bearer(token))).isEqualTo("200");
    take(base);
    assertThat(status(status, "-H", bearer(token))).isEqualTo("401");
    take(base.replace("[console]\n", "[console]\nanonymous-reads = true\n"));
    assertThat(status(status)).isEqualTo("200");
  }

  @Test
  void theConsoleGoesByTheNamesAndSecretsThatItIsToldOf() throws IOException {
    String version = console + "/api/v1/version";
    Path secrets = directory.resolve("authorized_secrets");
    // SHA-256 of "secret", as `openssl dgst -sha256 -binary | base64` writes it.
    Files.writeString(secrets, "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols= desk\n");
    String[] asked = {"-H", "Host: larder.example", "-H", bearer("secret")};
    assertThat(status(version, asked)).isEqualTo("421");
    take(base.replace("[console]\n", "[console]\nhosts = [\"larder.example\"]\n"));
    assertThat(status(version, asked)).isEqualTo("401");
    take(
        base.replace(
            "[console]\n",
            "[console]\nhosts = [\"larder.example\"]\nauthorized-secrets = \"%s\"\n"
                .formatted(secrets)));
    assertThat(status(version, asked)).isEqualTo("200");
    take(base);
    assertThat(status(version, asked)).isEqualTo("421");
  }

  @Test
  void clientsAreWhoTheyAreAndServedAsIsSaid() throws IOException {
    String[] claim = {"-H", "X-Forwarded-For: 192.0.2.7"};
    take(base + "[access]\ndeny = [\"127.0.0.1\"]\n");
    assertThat(status(top())).isEqualTo("403");
    String denied = "[access]\ndeny = [\"192.0.2.7\"]\n";
    take(base + denied);
    assertThat(status(top(), claim)).isEqualTo("200");
    String proxies = "trusted-proxies = [\"127.0.0.1\"]\n";
    take(packages(proxies + "public-url = \"https://pkg.example\"\n") + denied);
    assertThat(status(top(), claim)).isEqualTo("403");
    assertThat(Command.of("curl", "-sS", top()).runOk()).contains("https://pkg.example/arch/");
    take(packages(proxies + "proxy-protocol = true\n"));
    assertThat(status(top())).isEqualTo("000");
    assertThat(status(top(), "--haproxy-protocol")).isEqualTo("200");
  }

  private static String packages(String lines) {
    return base.replace("[console]\n", lines + "[console]\n");
  }

  @Test
  void aClientHasAsManyConnectionsAsIsSaid() throws IOException {
    take(base + "[limits]\nconnections-per-client = 1\nexempt = []\n");
    URI at = URI.create(top());
    try (Socket _ = new Socket(at.getHost(), at.getPort())) {
      await().until(() -> status(top()).equals("429"));
      take(base);
      assertThat(status(top())).isEqualTo("200");
    }
  }

  @Test
  void aMirrorHasItsRootsAndItsShare() throws IOException {
    take(base.replace("[mirror.arch]\n", "[mirror.arch]\nroots = [\"extra\"]\nshare = \"1MiB\"\n"));
    assertThat(status(larder.uri("core/os/x86_64/core.db").toString())).isEqualTo("403");
    assertThat(cache()).contains("\"limitBytes\":1048576");
  }

  @Test
  void theDiskMayBeUsedAsFarAsIsSaid() throws IOException {
    assertThat(cache()).contains("\"maxBytes\":").doesNotContain("\"maxBytes\":128974848");
    take(base + "[cache]\nmax-size = \"123MiB\"\nmin-free = \"64MiB\"\n");
    assertThat(cache()).contains("\"maxBytes\":128974848").contains("\"minFreeBytes\":67108864");
  }

  @Test
  void theLogGoesWhereItIsToldTo() throws IOException {
    Path messages = directory.resolve("larder.log");
    Path requests = directory.resolve("access.log");
    take(
        base
            + "[log]\ntarget = \"file\"\nfile = \"%s\"\nformat = \"json\"\n".formatted(messages)
            + "[log.access]\ntarget = \"file\"\nfile = \"%s\"\n".formatted(requests));
    assertThat(status(top() + "/none/at/all")).isEqualTo("404");
    await().until(() -> Files.readString(requests).contains("/none/at/all"));
    Files.delete(messages);
    take(base);
    assertThat(status(top() + "/none/any/more")).isEqualTo("404");
    assertThat(messages).doesNotExist();
    assertThat(Files.readString(requests)).doesNotContain("/none/any/more");
  }

  @Test
  void newConnectionsGetTheCertificateThatIsConfigured() throws IOException {
    certificate("one");
    certificate("two");
    URI plain = URI.create(top());
    String secure = "https://localhost:" + plain.getPort() + "/none";
    take(tls("one"));
    assertThat(trusting("one", secure)).isEqualTo("404");
    assertThat(trusting("two", secure)).isEqualTo("000");
    take(tls("two"));
    assertThat(trusting("two", secure)).isEqualTo("404");
    assertThat(trusting("one", secure)).isEqualTo("000");
    take(base);
    assertThat(status(top() + "/none")).isEqualTo("404");
  }

  private static String tls(String name) {
    Path pem = directory.resolve(name);
    return packages("tls = { cert = \"%s.crt\", key = \"%s.key\" }\n".formatted(pem, pem));
  }

  private static String trusting(String name, String url) {
    return Command.of("curl", "-sL", "-o", "/dev/null", "-w", "%{http_code}", url)
        .with("--cacert", directory.resolve(name + ".crt").toString())
        .run()
        .output();
  }

  private static void certificate(String name) {
    Command.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        .with("-nodes", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:localhost")
        .with("-days", "2", "-keyout", directory.resolve(name + ".key").toString())
        .with("-out", directory.resolve(name + ".crt").toString())
        .runOk();
  }
}
