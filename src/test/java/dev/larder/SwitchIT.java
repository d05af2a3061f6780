package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.SigningKey;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The switch from one generation to the next under the eyes of real clients: whatever upstream
/// publishes while they run, no pacman ever sees a database with the signature of another, a
/// package that is gone, or bytes its database does not promise.
///
/// What the clients install was asked for once before the publishing begins. Only such packages are
/// brought before a switch; another one may be gone upstream when a client with the old index first
/// asks for it, and then nobody has it.
class SwitchIT {
  /// Every version has content of its own, which tells which one is installed.
  private static final int PAYLOAD = 20_000;

  @TempDir Path upstream;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx");
  }

  @Test
  void pacmanWithSignaturesSeesNothingOfFiftyPublications() throws Exception {
    Tools.require("gpg", "pacman-key");
    try (SigningKey key = SigningKey.create("Larder Test <test@example.org>");
        ArchRepository repository = ArchRepository.signed("core", key)) {
      assertThat(publishUnderClients(repository, key, 3, 50)).isGreaterThan(20);
    }
  }

  @Test
  void pacmanWithoutSignaturesSeesNothingOfFifteenPublications() throws Exception {
    try (ArchRepository repository = ArchRepository.unsigned("core")) {
      assertThat(publishUnderClients(repository, null, 2, 15)).isGreaterThan(5);
    }
  }

  /// Returns how many rounds of sync and install there were.
  private int publishUnderClients(
      ArchRepository repository, @Nullable SigningKey key, int clients, int publications)
      throws Exception {
    publish(repository, 0);
    try (NginxServer nginx = NginxServer.serve(upstream);
        TestLarder larder = TestLarder.of(nginx.url());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger rounds = new AtomicInteger();
      List<Machine> machines = new ArrayList<>();
      try {
        for (int i = 0; i < clients; i++) {
          machines.add(new Machine(larder, "127.0.1." + (i + 1), key));
        }
        for (Machine machine : machines) {
          machine.round();
        }
        List<Future<Integer>> ends = new ArrayList<>();
        for (Machine machine : machines) {
          ends.add(threads.submit(machine.rounds(over, rounds)));
        }
        for (int i = 1; i <= publications; i++) {
          publish(repository, i);
        }
        over.set(true);
        for (Future<Integer> end : ends) {
          assertThat(end.get())
              .as("the last publication is what all end with")
              .isEqualTo(publications);
        }
      } finally {
        over.set(true);
        for (Machine machine : machines) {
          machine.close();
        }
      }
      long generation = larder.mirror().report().roots().getFirst().generation();
      assertThat(generation).isGreaterThan(publications / 5).isLessThanOrEqualTo(publications + 1);
      return rounds.get();
    }
  }

  /// In the order of real mirrors: packages, databases, their signatures, then the old packages go.
  /// `app` has a new version every time, `lib` every third, and `same` keeps its file name and gets
  /// other bytes every fourth.
  private void publish(ArchRepository repository, int number) {
    List<PackageSpec> specs = new ArrayList<>();
    specs.add(PackageSpec.of("app", "1.0-" + (number + 1)).payload(PAYLOAD).seed(number));
    if (number % 3 == 0) {
      specs.add(PackageSpec.of("lib", "2:1-" + (number / 3 + 1)).payload(PAYLOAD).seed(number));
    }
    if (number % 4 == 0) {
      specs.add(PackageSpec.of("same", "1-1").payload(PAYLOAD).seed(number));
    }
    repository.add(specs.toArray(PackageSpec[]::new));
    repository.publish(upstream);
  }

  /// A client machine with an address of its own.
  private static final class Machine implements AutoCloseable {
    private static final List<String> TROUBLE =
        List.of("invalid", "failed", "checksum", "corrupt", "error", "signature from", "not found");

    private final Relay relay;
    private final PacmanClient pacman = new PacmanClient();

    Machine(TestLarder larder, String address, @Nullable SigningKey key) {
      relay = Relay.from(address, URI.create(larder.url()).getPort());
      pacman.repository("core", relay.url() + "/arch/$repo/os/$arch");
      if (key != null) {
        pacman.signatures("Required DatabaseRequired").trust(key);
      }
    }

    Callable<Integer> rounds(AtomicBoolean over, AtomicInteger rounds) {
      return () -> {
        int last;
        boolean again;
        do {
          again = !over.get();
          last = round();
          rounds.incrementAndGet();
        } while (again);
        return last;
      };
    }

    /// Syncs and installs; the number of the publication whose `app` is installed now.
    int round() throws IOException {
      // Of a package that changed under its name pacman's own cache has the old bytes.
      pacman.clearCache();
      good(pacman.sync());
      good(pacman.install("app", "lib", "same"));
      String version = String.valueOf(pacman.installed("app"));
      int number = Integer.parseInt(version.substring("1.0-".length())) - 1;
      assertContent("app", number);
      assertContent("lib", number - number % 3);
      assertContent("same", number - number % 4);
      assertThat(pacman.installed("lib")).isEqualTo("2:1-" + (number / 3 + 1));
      return number;
    }

    private static void good(Command.Result result) {
      assertThat(result.exit()).as(result.output()).isZero();
      assertThat(result.output().toLowerCase(java.util.Locale.ROOT)).doesNotContain(TROUBLE);
    }

    private void assertContent(String name, long seed) throws IOException {
      assertThat(Files.readAllBytes(pacman.file("usr/share/larder-test/" + name)))
          .as("%s of publication %d", name, seed)
          .isEqualTo(Bytes.random(PAYLOAD, seed * 31 + PAYLOAD));
    }

    @Override
    public void close() throws IOException {
      pacman.close();
      relay.close();
    }
  }
}
