package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real pacman against a whole Larder in front of a real nginx.
class PacmanIT {
  @TempDir Path upstream;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx");
  }

  @Test
  void installsFromAnUnsignedRepositoryAndFetchesEveryFileOnce() {
    PackageSpec tool = PackageSpec.of("tool", "1:1.0-1").payload(300_000);
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer nginx = NginxServer.serve(upstream)) {
      repository.add(tool);
      repository.publish(upstream);
      try (TestLarder larder = TestLarder.of(nginx.url());
          PacmanClient first = new PacmanClient();
          PacmanClient second = new PacmanClient()) {
        for (PacmanClient client : new PacmanClient[] {first, second}) {
          client.repository("core", larder.url() + "/$repo/os/$arch").signatures("Never");
          assertThat(client.sync().exit()).isZero();
          assertThat(client.install("tool").exit()).isZero();
          assertThat(client.installed("tool")).isEqualTo("1:1.0-1");
        }
        assertThat(nginx.log("/" + repository.path(tool))).hasSize(1);
        assertThat(larder.file(repository.path(tool))).hasBinaryContent(repository.bytes(tool));
      }
    }
  }
}
