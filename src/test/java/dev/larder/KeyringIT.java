package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mirror that checks OpenPGP signatures itself: `keyring` and `verify`.
class KeyringIT {
  private static SigningKey trusted;
  private static SigningKey unknown;

  @TempDir Path upstream;

  @BeforeAll
  static void keys() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "gpg", "curl");
    trusted = SigningKey.create("Larder Test <test@example.org>");
    unknown = SigningKey.create("Somebody Else <else@example.org>");
  }

  @AfterAll
  static void end() {
    if (trusted != null) {
      trusted.close();
    }
    if (unknown != null) {
      unknown.close();
    }
  }

  @Test
  void aDatabaseSignedByAnUnknownKeyIsRefusedAndTheOldGenerationStays() throws IOException {
    PackageSpec bait = PackageSpec.of("tool", "9-1").payload(100_000);
    try (ArchRepository repository = ArchRepository.signed("core", trusted);
        ArchRepository forged = ArchRepository.signed("core", unknown);
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(PackageSpec.of("tool", "1-1").payload(100_000));
      repository.publish(upstream);
      forged.add(bait);
      try (TestLarder larder = larder(nginx, "require");
          PacmanClient client = new PacmanClient()) {
        client.repository("core", larder.url() + "/$repo/os/$arch").signatures("Never");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("tool").exit()).isZero();
        byte[] right = Files.readAllBytes(upstream.resolve(repository.databasePath()));
        byte[] rightSignature =
            Files.readAllBytes(upstream.resolve(repository.databasePath() + ".sig"));

        for (int i = 0; i < 100; i++) {
          forged.next(); // so that its clock is ahead of the true one
        }
        forged.publishKeeping(upstream);
        assertThat(client.sync().exit()).isZero();
        assertThat(client.run("-Si", "tool").output()).contains("1-1").doesNotContain("9-1");
        String database = larder.url() + "/" + repository.databasePath();
        assertThat(Curl.get(database, "-L").body()).isEqualTo(new Bytes(right));
        assertThat(Curl.get(database + ".sig").body()).isEqualTo(new Bytes(rightSignature));
        assertThat(larder.mirror().refresh(false))
            .isInstanceOfSatisfying(
                RefreshOutcome.Refused.class,
                refused -> assertThat(refused.why()).contains("signature of"));
        assertThat(root(larder).refusal()).contains("core.db");
        assertThat(root(larder).generation()).isEqualTo(1);

        // The refusal ends as soon as upstream shows something right.
        for (int i = 0; i < 200; i++) {
          repository.next();
        }
        repository.add(PackageSpec.of("tool", "2-1").payload(100_000));
        repository.publish(upstream);
        assertThat(client.sync().exit()).isZero();
        assertThat(client.upgrade().exit()).isZero();
        assertThat(client.installed("tool")).isEqualTo("2-1");
        assertThat(root(larder).refusal()).isNull();
      }
    }
  }

  @Test
  void aForgedFirstDatabaseIsNotServedAtAllUntilItIsAccepted() {
    try (ArchRepository forged = ArchRepository.signed("core", unknown);
        NginxServer nginx = NginxServer.serve(upstream)) {
      forged.add(PackageSpec.of("tool", "1-1"));
      forged.publish(upstream);
      try (TestLarder larder = larder(nginx, "require")) {
        String database = larder.url() + "/" + forged.databasePath();
        Curl.Answer refused = Curl.get(database, "-L");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(larder.mirror().refresh(false)).isInstanceOf(RefreshOutcome.Refused.class);
        assertThat(root(larder).generation()).isZero();
        assertThat(larder.file(forged.databasePath())).doesNotExist();

        assertThat(larder.mirror().refresh(true)).isEqualTo(new RefreshOutcome.Switched(1));
        assertThat(Curl.get(database, "-L").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aPackageWithAWrongSignatureNeverReachesAClientWhole() throws IOException {
    PackageSpec good = PackageSpec.of("good", "1-1").payload(400_000);
    PackageSpec small = PackageSpec.of("small", "1-1").payload(10_000);
    PackageSpec large = PackageSpec.of("large", "1-1").payload(400_000);
    PackageSpec unsigned = PackageSpec.of("unsigned", "1-1").payload(400_000);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(good, small, large, unsigned);
      repository.publish(upstream);
      trusted.sign(upstream.resolve(repository.path(good)));
      unknown.sign(upstream.resolve(repository.path(small)));
      // A signature by the right key, of another file.
      Files.copy(
          upstream.resolve(repository.path(good) + ".sig"),
          upstream.resolve(repository.path(large) + ".sig"));
      try (TestLarder larder = larder(nginx, "require");
          PacmanClient client = new PacmanClient()) {
        client.repository("core", larder.url() + "/$repo/os/$arch").signatures("Never");
        // The database is not signed, its packages are: that is how Arch has it.
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("good").exit()).isZero();
        assertThat(client.installed("good")).isEqualTo("1-1");
        for (PackageSpec bad : List.of(small, large, unsigned)) {
          Curl.Answer answer = Curl.get(larder.url() + "/" + repository.path(bad));
          assertThat(answer.status() != 200 || answer.exit() != 0).as(bad.name()).isTrue();
          if (answer.status() == 200) {
            // curl: transfer closed with bytes remaining
            assertThat(answer.exit()).as(bad.name()).isEqualTo(18);
            assertThat(answer.body().size()).isLessThan(repository.bytes(bad).length);
          }
          assertThat(client.install(bad.name()).exit()).as(bad.name()).isNotZero();
          assertThat(client.cached()).doesNotContain(bad.fileName());
          assertThat(larder.file(repository.path(bad))).doesNotExist();
        }
        // Once the right signatures are there, so are the packages.
        for (PackageSpec mended : List.of(small, large, unsigned)) {
          trusted.sign(upstream.resolve(repository.path(mended)));
          Curl.Answer late = Curl.get(larder.url() + "/" + repository.path(mended));
          assertThat(late.status()).as(mended.name()).isEqualTo(200);
          assertThat(late.body()).isEqualTo(new Bytes(repository.bytes(mended)));
        }
      }
    }
  }

  @Test
  void warnAndOffServeWhatRequireWouldRefuse() throws Exception {
    PackageSpec tool = PackageSpec.of("tool", "1-1").payload(300_000);
    for (String verify : List.of("warn", "off")) {
      // Each its own: a signature of the same size and second as the last one is not replaced.
      Path root = Files.createDirectory(upstream.resolve(verify));
      try (ArchRepository repository = ArchRepository.signed("core", unknown);
          NginxServer nginx = NginxServer.serve(root)) {
        repository.add(tool);
        repository.publish(root);
        try (TestLarder larder = larder(nginx, verify);
            PacmanClient client = new PacmanClient()) {
          client.repository("core", larder.url() + "/$repo/os/$arch").signatures("Never");
          assertThat(client.sync().exit()).as(verify).isZero();
          assertThat(client.install("tool").exit()).as(verify).isZero();
          assertThat(client.cached(tool.fileName())).hasBinaryContent(repository.bytes(tool));
          assertThat(root(larder).refusal()).isNull();
        }
      }
    }
  }

  private static TestLarder larder(NginxServer nginx, String verify) {
    return TestLarder.with(
        List.of("keyring = \"" + trusted.publicKey() + "\"", "verify = \"" + verify + "\""),
        nginx.url());
  }

  private static MirrorReport.RootReport root(TestLarder larder) {
    return larder.mirror().report().roots().getFirst();
  }
}
