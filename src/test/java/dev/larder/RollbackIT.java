package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.ArchRepository.Layout;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients see when upstream goes forward, and when it goes back.
class RollbackIT {
  private static final PackageSpec FIRST = PackageSpec.of("tool", "1-1").payload(150_000);
  private static final PackageSpec SECOND = PackageSpec.of("tool", "2-1").payload(150_000);

  @TempDir Path upstream;
  @TempDir Path saved;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "curl");
  }

  @Test
  void clientsUpgradeAfterAPublicationAndTheOldPackageStaysForThoseThatKnowTheOldIndex() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(FIRST);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient prompt = new PacmanClient();
          PacmanClient late = new PacmanClient()) {
        for (PacmanClient client : List.of(prompt, late)) {
          client.repository("core", larder.url() + "/$repo/os/$arch");
          assertThat(client.sync().exit()).isZero();
        }
        assertThat(prompt.install("tool").exit()).isZero();

        byte[] first = repository.bytes(FIRST);
        repository.add(SECOND);
        repository.publish(upstream);
        assertThat(upstream.resolve(repository.path(FIRST))).doesNotExist();
        assertThat(prompt.sync().exit()).isZero();
        assertThat(prompt.upgrade().exit()).isZero();
        assertThat(prompt.installed("tool")).isEqualTo("2-1");
        // The new package was here before the index that names it.
        assertThat(nginx.awaitLog("/" + repository.path(SECOND), 1))
            .singleElement()
            .satisfies(line -> assertThat(line.status()).isEqualTo(200));

        assertThat(late.install("tool").exit()).isZero();
        assertThat(late.installed("tool")).isEqualTo("1-1");
        assertThat(late.cached(FIRST.fileName())).hasBinaryContent(first);
        assertThat(root(larder).generation()).isEqualTo(2);
        assertThat(root(larder).held()).containsExactly(1L);
      }
    }
  }

  @Test
  void anOlderSetIsRefusedLoudlyUntilTheOperatorAcceptsIt() {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      refusesAndAccepts(repository, "/$repo/os/$arch");
    }
  }

  @Test
  void anOlderSetWithoutATokenIsRefusedByTheTimeOfItsDatabase() {
    try (ArchRepository repository =
        ArchRepository.custom("core", Layout.custom("here/x86_64"), null)) {
      refusesAndAccepts(repository, "/here/$arch");
    }
  }

  private void refusesAndAccepts(ArchRepository repository, String place) {
    repository.add(FIRST);
    repository.publish(upstream);
    copy(upstream, saved);
    repository.add(SECOND);
    repository.publish(upstream);
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = TestLarder.of(nginx.url());
        PacmanClient client = new PacmanClient();
        PacmanClient fresh = new PacmanClient()) {
      client.repository("core", larder.url() + place);
      fresh.repository("core", larder.url() + place);
      assertThat(client.sync().exit()).isZero();
      assertThat(client.install("tool").exit()).isZero();
      assertThat(client.installed("tool")).isEqualTo("2-1");

      copy(saved, upstream);
      assertThat(client.sync().exit()).isZero();
      assertThat(client.run("-Si", "tool").output()).contains("2-1");
      // A machine that comes now gets the newer set, and its package from what is held.
      assertThat(fresh.sync().exit()).isZero();
      assertThat(fresh.install("tool").exit()).isZero();
      assertThat(fresh.installed("tool")).isEqualTo("2-1");
      assertThat(larder.mirror().refresh(false))
          .isInstanceOfSatisfying(
              RefreshOutcome.Refused.class,
              refused -> assertThat(refused.why()).contains(nginx.url()).contains("older"));
      assertThat(root(larder).refusal()).contains("older");
      assertThat(root(larder).refusedSince()).isNotNull();
      assertThat(root(larder).generation()).isEqualTo(1);

      assertThat(larder.mirror().refresh(true)).isEqualTo(new RefreshOutcome.Switched(2));
      assertThat(root(larder).refusal()).isNull();
      // pacman knows nothing but the time of its copy, and still sees the change.
      assertThat(client.sync().exit()).isZero();
      assertThat(client.run("-Si", "tool").output()).contains("1-1");
      assertThat(client.run("-Suu").exit()).isZero();
      assertThat(client.installed("tool")).isEqualTo("1-1");
      assertThat(client.cached(FIRST.fileName())).hasBinaryContent(repository.bytes(FIRST));

      // What was accepted is the set from now on: upstream may go forward from there.
      assertThat(larder.mirror().refresh(false)).isEqualTo(new RefreshOutcome.Unchanged(2));
      repository.publish(upstream);
      assertThat(larder.mirror().refresh(false)).isEqualTo(new RefreshOutcome.Switched(3));
      assertThat(client.sync().exit()).isZero();
      assertThat(client.upgrade().exit()).isZero();
      assertThat(client.installed("tool")).isEqualTo("2-1");
    }
  }

  @Test
  void anOlderSetThatStaysIsTakenAfterAWhile() {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      repository.add(FIRST);
      repository.publish(upstream);
      copy(upstream, saved);
      repository.add(SECOND);
      repository.publish(upstream);
      try (NginxServer nginx = NginxServer.serve(upstream);
          TestLarder larder =
              TestLarder.with(List.of("accept-rollback-after = \"2s\""), nginx.url())) {
        String database = larder.url() + "/" + repository.databasePath();
        assertThat(Curl.get(database).status()).isEqualTo(200);
        copy(saved, upstream);
        assertThat(larder.mirror().refresh(false)).isInstanceOf(RefreshOutcome.Refused.class);
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> {
              assertThat(Curl.get(database).status()).isEqualTo(200);
              assertThat(root(larder).generation()).isEqualTo(2);
            });
        assertThat(root(larder).refusal()).isNull();
        assertThat(Curl.get(larder.url() + "/" + repository.path(FIRST)).body().copy())
            .isEqualTo(repository.bytes(FIRST));
      }
    }
  }

  private static void copy(Path from, Path to) {
    Command.of("find", to.toString(), "-mindepth", "1", "-delete").runOk();
    Command.of("cp", "-a", from + "/.", to.toString()).runOk();
  }

  private static MirrorReport.RootReport root(TestLarder larder) {
    return larder.mirror().report().roots().getFirst();
  }
}
