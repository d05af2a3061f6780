package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.repo.Batch;
import dev.larder.repo.Refused;
import dev.larder.repo.Repository;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What happens to a repository while something else about it changes: its keys, its settings, the
/// clock, the files of its state, its being there at all.
class RepositoryChangesIT {
  private static final String STRICT = "Required DatabaseRequired";
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

  private static List<Path> packages(String... names) {
    PackageSpec[] specs = new PackageSpec[names.length];
    for (int i = 0; i < names.length; i++) {
      specs[i] = PackageSpec.of(names[i], "1-1");
    }
    return maker.add(specs);
  }

  private static PacmanClient client(HostedLarder larder) {
    return new PacmanClient()
        .repository("internal", larder.url() + "/$arch")
        .signatures(STRICT)
        .trust(larder.publicKey("key.asc"));
  }

  private static void put(Batch batch, Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      batch.put(file.getFileName().toString(), bytes, null);
    }
  }

  private static void ok(HostedLarder larder, String... arguments) {
    CommandRun run = CommandRun.of(larder.larder(), arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
  }

  private static Curl.Answer database(HostedLarder larder) {
    return Curl.get(larder.url() + "/x86_64/internal.db", "--location");
  }

  // ---- keys -----------------------------------------------------------------------------------

  @Test
  void clientsFollowARotationWithoutEverSeeingASignatureTheyCannotCheck() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient old = client(larder)) {
      larder.add(packages("before", "rolled"));
      long first = larder.repository().report().generation();
      larder.repository().remove(Set.of("rolled"), Set.of());
      ok(larder, "key", "rotate", "internal");
      // Both keys are published, the former one signs.
      assertThat(old.sync(true).exit()).isZero();
      Path both = larder.publicKey("key.asc");
      assertThat(Command.of("gpg", "--show-keys", "--with-colons", both + "").runOk())
          .satisfies(text -> assertThat(text.lines().filter(l -> l.startsWith("pub"))).hasSize(2));

      Path during = packages("during").getFirst();
      try (Batch batch = larder.repository().batch()) {
        put(batch, during);
        ok(larder, "key", "rotate", "internal", "--finish");
        batch.commit(false, null);
      }
      // What was not there when the key was exchanged comes back signed by the new one.
      larder.repository().rollback(first);
      larder.add(List.of(during));
      try (PacmanClient fresh = client(larder)) {
        assertThat(fresh.sync().exit()).isZero();
        assertThat(fresh.install("before", "during", "rolled").exit()).isZero();
      }
      assertThat(larder.repository().verify()).isEmpty();
    }
  }

  // ---- batches --------------------------------------------------------------------------------

  @Test
  void aBatchIsCommittedOnce() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman();
        Batch batch = larder.repository().batch()) {
      put(batch, packages("one").getFirst());
      batch.commit(false, null);
      assertThatThrownBy(() -> batch.commit(false, null))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("begin another one");
      assertThatThrownBy(() -> put(batch, packages("two").getFirst())).isInstanceOf(Refused.class);
    }
  }

  @Test
  void whatIsUploadedToARepositoryThatIsDeletedMeanwhileGoesWithIt() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman()) {
      ok(larder, "repo", "create", "other", "--format", "pacman");
      Repository other =
          Objects.requireNonNull(larder.larder().larder().repositories().find("other"), "other");
      try (Batch batch = other.batch()) {
        put(batch, packages("one").getFirst());
        ok(larder, "repo", "delete", "other");
        assertThatThrownBy(() -> batch.commit(false, null))
            .isInstanceOf(Refused.class)
            .hasMessageContaining("is being removed");
      }
      Path data = larder.larder().data();
      assertThat(LarderProcess.filesBelow(data.resolve("tree/repo"))).noneMatch(isOf("other"));
      assertThat(LarderProcess.filesBelow(data.resolve("state/repo"))).noneMatch(isOf("other"));
      larder.restart();
      assertThat(larder.larder().larder().repositories().find("other")).isNull();
    }
  }

  private static Predicate<String> isOf(String repository) {
    return path -> path.startsWith(repository + "/");
  }

  // ---- state, settings, clock -----------------------------------------------------------------

  @Test
  void withoutThePointerTheNewestGenerationIsTheCurrentOne() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman()) {
      larder.add(packages("one"));
      larder.add(packages("two"));
      larder.larder().stop();
      Files.delete(
          larder.larder().data().resolve("state/repo/internal").resolve("root").resolve("current"));
      larder.larder().start();
      assertThat(larder.repository().report().generation()).isEqualTo(3);
      assertThat(larder.repository().find("two")).hasSize(1);
    }
  }

  @Test
  void anotherArchitectureInTheSettingsIsThereAfterARestart() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("arch = [\"x86_64\"]")) {
      larder.add(packages("one"));
      larder.larder().stop();
      larder.larder().replace("arch = [\"x86_64\"]", "arch = [\"x86_64\", \"aarch64\"]");
      larder.larder().start();
      Curl.Answer added = Curl.get(larder.url() + "/aarch64/internal.db", "--location");
      assertThat(added.status()).isEqualTo(200);
      larder.add(packages("two"));
      assertThat(larder.repository().find("two")).hasSize(2);
      assertThat(larder.repository().find("one")).hasSize(1);
    }
  }

  @Test
  void aClockThatWasSetBackHidesNoGenerationFromClients() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman();
        PacmanClient client = client(larder)) {
      larder.larder().restartAfter(Duration.ofHours(3));
      client.repository("internal", larder.url() + "/$arch");
      larder.add(packages("one"));
      client.sync();
      ZonedDateTime before = lastModified(larder);
      larder.larder().restartAfter(Duration.ofHours(-3));
      client.repository("internal", larder.url() + "/$arch");
      larder.add(packages("two"));
      assertThat(lastModified(larder)).isAfter(before);
      assertThat(client.sync().exit()).isZero();
      assertThat(client.install("two").exit()).isZero();
    }
  }

  private static ZonedDateTime lastModified(HostedLarder larder) {
    String text = database(larder).header("Last-Modified");
    assertThat(text).isNotNull();
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }

  @Test
  void aListenerOfItsOwnServesItAtTheRoot() throws Exception {
    try (HostedLarder larder = HostedLarder.pacman("listen = [\"127.0.0.1:0\"]")) {
      larder.add(packages("one"));
      int port = larder.larder().larder().ownAddresses("repo/internal").getFirst().getPort();
      String own = "http://127.0.0.1:" + port;
      Path key =
          Files.write(
              Temporary.directory("own").resolve("key.asc"),
              Curl.get(own + "/key.asc").body().copy());
      try (PacmanClient client =
          new PacmanClient().repository("internal", own + "/$arch").signatures(STRICT).trust(key)) {
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("one").exit()).isZero();
      }
    }
  }
}
