package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The real pacman is handed the beginning of wrong bytes, keeps it as `.part`, and must come to
/// the right package all the same.
class PoisonedPartialIT {
  private static final PackageSpec BIG = PackageSpec.of("big", "1-1").payload(5_000_000);

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "zstd");
  }

  @Test
  void aPoisonedPartialEndsWithTheRightPackageAfterARetry() {
    try (ArchRepository repository = ArchRepository.unsigned("core");
        FaultyUpstream wrong = FaultyUpstream.start();
        FaultyUpstream right = FaultyUpstream.start()) {
      repository.add(BIG);
      var published = repository.next();
      String path = repository.path(BIG);
      wrong.publish(published);
      right.publish(published);
      byte[] bytes = repository.bytes(BIG);
      byte[] others = bytes.clone();
      for (int i = 1000; i < others.length; i += 997) {
        others[i] ^= 0x55;
      }
      wrong.fault(path, new Fault.OtherBytes(others));
      try (TestLarder larder = TestLarder.of(wrong.url(), right.url());
          PacmanClient client = new PacmanClient()) {
        client.repository("core", larder.url() + "/$repo/os/$arch").signatures("Never");
        assertThat(client.sync().exit()).isZero();
        Command.Result first = client.download("big");
        assertThat(first.exit()).as(first.output()).isNotZero();
        System.out.println("poisoned: the client holds " + client.cached());
        assertThat(client.cached(BIG.fileName())).doesNotExist();
        // The partial is what makes it hard: the retry begins by asking for the rest of it.
        assertThat(client.cached()).contains(BIG.fileName() + ".part");
        assertThat(client.cached(BIG.fileName() + ".part")).binaryContent().isNotEqualTo(bytes);

        int tries = 1;
        Command.Result again = client.download("big");
        while (!again.ok() && tries < 4) {
          again = client.download("big");
          tries++;
        }
        assertThat(again.exit()).as(again.output()).isZero();
        System.out.println("poisoned: right after " + tries + " more runs of pacman -Sw");
        assertThat(client.cached(BIG.fileName())).hasBinaryContent(bytes);
        assertThat(client.cached()).noneMatch(name -> name.endsWith(".part"));
        assertThat(larder.file(path)).hasBinaryContent(bytes);
        assertThat(wrong.count(path)).isEqualTo(1);
        assertThat(client.install("big").exit()).isZero();
      }
    }
  }
}
