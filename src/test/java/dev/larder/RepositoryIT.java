package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.format.InvalidPackage;
import dev.larder.repo.Refused;
import dev.larder.repo.Repository;
import dev.larder.repo.Repository.Damage;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Own pacman repositories with the real pacman, which insists on signatures of everything.
class RepositoryIT {
  private static final String STRICT = "Required DatabaseRequired";

  /// Makes packages; its own databases are not looked at.
  private static ArchRepository maker;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "gpg", "curl");
    maker = ArchRepository.unsigned("maker");
  }

  @AfterAll
  static void close() {
    maker.close();
  }

  private static List<Path> packages(PackageSpec... specs) {
    return maker.add(specs);
  }

  private static PackageSpec hello(String version) {
    return PackageSpec.of("hello", version);
  }

  private static PacmanClient client(HostedLarder larder) {
    return new PacmanClient()
        .repository("internal", larder.url() + "/$arch")
        .signatures(STRICT)
        .trust(larder.publicKey("key.asc"));
  }

  // ---- from nothing to an installed package ---------------------------------------------------

  @Test
  void anEmptyRepositoryIsSignedAndServedFromTheFirstStart() {
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient client = client(larder)) {
      assertThat(client.sync().exit()).isZero();
      assertThat(client.files().exit()).isZero();
      assertThat(client.run("-Sl", "internal").output()).isBlank();
    }
  }

  @Test
  void aPackageIsInstalledAMomentAfterItWasAddedAndUpgradedAfterTheNext() {
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient client = client(larder)) {
      Repository.Done first =
          larder.add(packages(hello("1.0-1"), PackageSpec.of("lib++0", "1:2-1")));
      assertThat(first.generation()).isEqualTo(2);
      assertThat(first.differences()).hasSize(2);
      client.sync();
      assertThat(client.install("hello", "lib++0").exit()).isZero();
      assertThat(client.installed("hello")).isEqualTo("1.0-1");
      assertThat(client.installed("lib++0")).isEqualTo("1:2-1");

      larder.add(packages(hello("1.1-1")));
      client.sync();
      assertThat(client.upgrade().exit()).isZero();
      assertThat(client.installed("hello")).isEqualTo("1.1-1");
      assertThat(client.files().exit()).isZero();
      assertThat(client.run("-Fl", "hello").output()).contains("usr/share/larder-test/hello");
    }
  }

  @Test
  void aRollbackIsNoticedByClientsWhoThenTakeTheOlderPackage() {
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient client = client(larder)) {
      long good = larder.add(packages(hello("1.0-1"))).generation();
      larder.add(packages(hello("2.0-1")));
      client.sync();
      client.install("hello");
      assertThat(client.installed("hello")).isEqualTo("2.0-1");

      assertThat(rollback(larder, good).differences())
          .singleElement()
          .satisfies(each -> {
            assertThat(each.before()).isEqualTo("2.0-1");
            assertThat(each.after()).isEqualTo("1.0-1");
          });
      client.sync();
      assertThat(client.run("-Suu", "--noconfirm").exit()).isZero();
      assertThat(client.installed("hello")).isEqualTo("1.0-1");
    }
  }

  private static Repository.Done rollback(HostedLarder larder, long generation) {
    try {
      return larder.repository().rollback(generation);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPackageForAllArchitecturesIsInEachAndOthersOnlyInTheirOwn() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("arch = [\"x86_64\", \"aarch64\"]")) {
      PackageSpec any = hello("1-1");
      PackageSpec one =
          new PackageSpec(
              "native", "1-1", "x86_64", 1024, 1, PackageSpec.Compression.XZ, List.of());
      larder.add(packages(any, one));
      assertThat(larder.repository().find("hello")).hasSize(2);
      assertThat(larder.repository().find("native"))
          .singleElement()
          .satisfies(each -> assertThat(each.directory()).isEqualTo("x86_64"));
      for (String arch : List.of("x86_64", "aarch64")) {
        String file = larder.url() + "/" + arch + "/" + any.fileName();
        assertThat(Curl.get(file).status()).isEqualTo(200);
        assertThat(Curl.get(file + ".sig").status()).isEqualTo(200);
      }
      PackageSpec foreign =
          new PackageSpec("arm", "1-1", "armv7h", 10, 1, PackageSpec.Compression.ZST, List.of());
      assertThatThrownBy(() -> larder.tryAdd(packages(foreign), false, null))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("armv7h")
          .hasMessageContaining("x86_64, aarch64");
    }
  }

  @Test
  void everythingServedIsSignedByTheKeyThatIsServed() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman()) {
      PackageSpec spec = hello("3-1");
      larder.add(packages(spec));
      Path home = Files.createTempDirectory("larder-gpg");
      Path key = larder.publicKey("key.asc");
      Command.of("gpg", "--homedir", home.toString(), "--import", key.toString()).runOk();
      for (String path : List.of("internal.db", "internal.files", spec.fileName())) {
        Path file = home.resolve("f");
        String url = larder.url() + "/x86_64/" + path;
        Files.write(file, Curl.get(url, "--location").body().copy());
        Files.write(home.resolve("f.sig"), Curl.get(url + ".sig", "--location").body().copy());
        Command.of("gpg", "--homedir", home.toString(), "--verify", file + ".sig", file.toString())
            .runOk();
      }
      Temporary.delete(home);
    }
  }

  // ---- what is refused ------------------------------------------------------------------------

  @Test
  void otherBytesUnderOneNameAreRefusedAlsoAfterTheirRemoval(@TempDir Path directory)
      throws Exception {
    Path built = packages(hello("1.0-1")).getFirst();
    List<Path> first = List.of(Files.copy(built, directory.resolve(built.getFileName())));
    try (HostedLarder larder = HostedLarder.pacman()) {
      larder.add(first);
      assertThatThrownBy(() -> larder.tryAdd(packages(hello("1.0-1").seed(2)), false, null))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("hello 1.0-1")
          .hasMessageContaining("pkgrel");
      larder.repository().remove(Set.of("hello"), Set.of());
      assertThatThrownBy(() -> larder.tryAdd(packages(hello("1.0-1").seed(2)), false, null))
          .isInstanceOf(Refused.class);
      // The very same package may come back.
      assertThat(larder.add(first).differences()).hasSize(1);
      assertThat(larder.add(first).differences()).isEmpty();
    }
  }

  @Test
  void aConflictIsBumpedWhereThatIsWantedAndTheResultInstalls() {
    try (HostedLarder larder = HostedLarder.pacman("on-conflict = \"bump\"");
        PacmanClient client = client(larder)) {
      larder.add(packages(hello("1.0-1")));
      client.sync();
      client.install("hello");
      larder.add(packages(hello("1.0-1").seed(2)));
      larder.add(packages(hello("1.0-1").seed(3)));
      client.sync();
      assertThat(client.upgrade().exit()).isZero();
      assertThat(client.installed("hello")).isEqualTo("1.0-1.2");
    }
  }

  @Test
  void aBatchWithOneBadPackageChangesNothing() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman()) {
      larder.add(packages(hello("2-1")));
      List<Path> batch = new ArrayList<>(packages(PackageSpec.of("good", "1-1"), hello("1-1")));
      assertThatThrownBy(() -> larder.tryAdd(batch, false, null))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("older");
      assertThat(larder.repository().find("good")).isEmpty();
      assertThat(larder.file("x86_64/good-1-1-any.pkg.tar.zst")).doesNotExist();
      assertThat(larder.repository().report().generation()).isEqualTo(2);
      assertThat(larder.add(batch, true, null).differences()).hasSize(2);
    }
  }

  @Test
  void whatIsNoPackageIsRefusedWithASentence(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("x-1-1-any.pkg.tar.zst"), "<html>no</html>");
    try (HostedLarder larder = HostedLarder.pacman()) {
      assertThatThrownBy(() -> larder.tryAdd(List.of(file), false, null))
          .isInstanceOf(InvalidPackage.class);
      assertThat(larder.repository().report().generation()).isEqualTo(1);
    }
  }

  // ---- many at once ---------------------------------------------------------------------------

  @Test
  void fiftyUploadsAtOnceAllGetInAndNoClientEverSeesANameWithoutItsFile() throws Exception {
    int count = 50;
    List<List<Path>> uploads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      uploads.add(packages(PackageSpec.of("many" + i, "1-1").payload(3000).seed(i)));
    }
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient client = client(larder);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean running = new AtomicBoolean(true);
      Future<Integer> looking = executor.submit(() -> look(client, running));
      List<Callable<Repository.Done>> tasks = new ArrayList<>();
      uploads.forEach(upload -> tasks.add(() -> larder.tryAdd(upload, false, null)));
      for (Future<Repository.Done> done : executor.invokeAll(tasks)) {
        assertThat(done.get().differences()).hasSize(1);
      }
      running.set(false);
      assertThat(looking.get()).as("rounds of the client").isPositive();
      client.sync();
      assertThat(client.run("-Sl", "internal").output().lines()).hasSize(count);
      assertThat(client.run("-Sw", joined("--noconfirm", "--quiet", names(count))).exit()).isZero();
    }
  }

  private static String[] joined(String first, String second, String[] rest) {
    List<String> all = new ArrayList<>(List.of(first, second));
    all.addAll(List.of(rest));
    return all.toArray(String[]::new);
  }

  private static String[] names(int count) {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "many" + i;
    }
    return names;
  }

  /// Installs everything it sees, again and again.
  private static int look(PacmanClient client, AtomicBoolean running) {
    int rounds = 0;
    while (running.get()) {
      assertThat(client.sync().exit()).as("sync in round " + rounds).isZero();
      List<String> seen =
          client.run("-Slq", "internal").output().lines().filter(line -> !line.isBlank()).toList();
      if (!seen.isEmpty()) {
        client.clearCache();
        String[] arguments = joined("--noconfirm", "--quiet", seen.toArray(String[]::new));
        Command.Result result = client.run("-Sw", arguments);
        assertThat(result.exit()).as(result.toString()).isZero();
      }
      rounds++;
    }
    return rounds;
  }

  // ---- what stays -----------------------------------------------------------------------------

  @Test
  void olderVersionsStayForClientsWithAnOlderIndexAndGoInTheEnd() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("keep = 2")) {
      for (int i = 1; i <= 4; i++) {
        larder.add(packages(hello(i + "-1")));
      }
      // So much that comes so quickly says nothing of what clients have yet.
      assertThat(status(larder, hello("1-1"))).isEqualTo(200);
      larder.larder().restartAfter(Duration.ofHours(2));
      larder.add(packages(hello("5-1")));
      assertThat(status(larder, hello("5-1"))).isEqualTo(200);
      assertThat(status(larder, hello("4-1"))).isEqualTo(200);
      assertThat(status(larder, hello("3-1"))).isEqualTo(404);
      assertThat(larder.file("x86_64/" + hello("1-1").fileName())).doesNotExist();
      assertThat(larder.file("x86_64/" + hello("1-1").fileName() + ".sig")).doesNotExist();
      assertThat(larder.repository().generations()).hasSize(2);
    }
  }

  @Test
  void olderVersionsGoAtOnceWhereThereIsNoRoomForThem() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("max-size = \"1B\"")) {
      larder.add(packages(hello("1-1")));
      assertThat(status(larder, hello("1-1"))).isEqualTo(200);
      larder.add(packages(hello("2-1")));
      assertThat(status(larder, hello("2-1"))).isEqualTo(200);
      assertThat(status(larder, hello("1-1"))).isEqualTo(404);
    }
  }

  private static int status(HostedLarder larder, PackageSpec spec) {
    return Curl.get(larder.url() + "/x86_64/" + spec.fileName()).status();
  }

  @Test
  void aRestartChangesNothing() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman()) {
      larder.add(packages(hello("1-1")));
      String before = database(larder).header("Last-Modified");
      larder.restart();
      assertThat(database(larder).header("Last-Modified")).isEqualTo(before);
      assertThat(larder.repository().report().generation()).isEqualTo(2);
      assertThat(larder.repository().find("hello")).hasSize(1);
    }
  }

  private static Curl.Answer database(HostedLarder larder) {
    return Curl.get(larder.url() + "/x86_64/internal.db", "--location");
  }

  @Test
  void theDatabaseOfLarderCanBeLost() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient client = client(larder)) {
      larder.add(packages(hello("1-1")));
      larder.larder().stop();
      Files.delete(larder.larder().data().resolve("larder.db"));
      larder.larder().start();
      larder.add(packages(PackageSpec.of("more", "1-1")));
      assertThat(larder.repository().find("hello").getFirst().info().description())
          .isEqualTo("A package for tests");
      client.repository("internal", larder.url() + "/$arch").sync();
      assertThat(client.install("hello", "more").exit()).isZero();
    }
  }

  @Test
  void whatIsRemovedFromTheTreeIsToldAndRestoredWherePossible() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("arch = [\"x86_64\", \"aarch64\"]")) {
      PackageSpec one =
          new PackageSpec(
              "native", "1-1", "x86_64", 1024, 1, PackageSpec.Compression.ZST, List.of());
      larder.add(packages(hello("1-1"), one));
      assertThat(larder.repository().verify()).isEmpty();
      Files.delete(larder.file("aarch64/" + hello("1-1").fileName()));
      Files.delete(larder.file("aarch64/" + hello("1-1").fileName() + ".sig"));
      Files.writeString(larder.file("x86_64/" + one.fileName()), "damaged");
      assertThat(larder.repository().verify())
          .extracting(Damage::path, Damage::restored)
          .containsExactlyInAnyOrder(
              tuple("aarch64/" + hello("1-1").fileName(), true),
              tuple("aarch64/" + hello("1-1").fileName() + ".sig", true),
              tuple("x86_64/" + one.fileName(), false));
      assertThat(Curl.get(larder.url() + "/x86_64/" + one.fileName()).status()).isEqualTo(500);
      assertThat(larder.repository().verify()).hasSize(1);
    }
  }

  // ---- other places, other repositories -------------------------------------------------------

  @Test
  void aliasesAnswerAtThePathsOfAnotherServer() {
    try (HostedLarder larder = HostedLarder.pacman("path = [\"/x86_64\", \"/old/packages\"]");
        PacmanClient client = client(larder)) {
      larder.add(packages(hello("1-1")));
      for (String server : List.of("/$arch", "/old/packages/$arch")) {
        client.repository("internal", larder.larder().top() + server);
        assertThat(client.sync(true).exit()).isZero();
        client.clearCache();
        assertThat(client.run("-Sw", "--noconfirm", "hello").exit()).isZero();
      }
    }
  }

  @Test
  void oldDatabasesHaveWhatOldToolsWant() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("compat = \"6.0\"");
        PacmanClient client = client(larder)) {
      larder.add(packages(hello("1-1")));
      Path file = Files.createTempFile("larder", ".db");
      Files.write(file, database(larder).body().copy());
      String desc = Command.of("bsdtar", "-xOf", file.toString(), "hello-1-1/desc").runOk();
      assertThat(desc).contains("%MD5SUM%").contains("%PGPSIG%");
      client.sync();
      assertThat(client.install("hello").exit()).isZero();
      Files.delete(file);
    }
  }

  @Test
  void conflictsCanBeBumpedForOneUploadOnly() {
    try (HostedLarder larder = HostedLarder.pacman()) {
      larder.add(packages(hello("1-1")));
      Repository.Done done = larder.add(packages(hello("1-1").seed(9)), false, OnConflict.BUMP);
      assertThat(done.differences().getFirst().after()).isEqualTo("1-1.1");
    }
  }
}
