package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder repo` and `larder generation` against a running Larder, and the real pacman behind them.
class RepositoryCommandsIT {
  private static final PackageSpec HELLO = PackageSpec.of("hello", "1.0-1").depends("missing");
  private static final PackageSpec NEWER = PackageSpec.of("hello", "2.0-1").depends("missing");

  @TempDir Path directory;
  private ArchRepository maker;
  private TestLarder larder;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "curl");
  }

  @BeforeEach
  void open() {
    maker = ArchRepository.unsigned("maker");
    larder = TestLarder.of("http://127.0.0.1:9");
  }

  @AfterEach
  void close() {
    larder.close();
    maker.close();
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(larder, arguments);
  }

  private CommandRun ok(String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.exit()).as(run.toString()).isZero();
    return run;
  }

  private CommandRun add(String repository, PackageSpec... specs) {
    List<String> arguments = new ArrayList<>(List.of("repo", "add", repository));
    maker.add(specs).forEach(file -> arguments.add(file.toString()));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void fromCreatingARepositoryToAClientThatInstallsFromIt() throws Exception {
    CommandRun made =
        CommandRun.onScreen(larder, "repo", "create", "internal", "--format", "pacman");
    assertThat(made.exit()).as(made.toString()).isZero();
    assertThat(made.out()).contains("/repo/internal/").contains("larder repo add internal");
    assertThat(ok("repo", "list", "-q").out()).isEqualTo("internal\n");

    CommandRun added = add("internal", PackageSpec.of("hello", "1.0-1"));
    assertThat(added.exit()).as(added.toString()).isZero();
    assertThat(added.out()).isEqualTo("added\thello\t\t1.0-1\tx86_64\n");

    String url = larder.top() + "/repo/internal";
    Path key = Files.write(directory.resolve("key.asc"), Curl.get(url + "/key.asc").body().copy());
    try (PacmanClient client =
        new PacmanClient()
            .repository("internal", url + "/$arch")
            .signatures("Required DatabaseRequired")
            .trust(key)) {
      client.sync();
      assertThat(client.install("hello").exit()).isZero();
    }
  }

  @Test
  void whatIsThereIsFoundShownAndRemoved() {
    ok("repo", "create", "internal", "--format", "pacman", "--for", "x86_64,aarch64");
    assertThat(add("internal", HELLO, PackageSpec.of("other", "1-1")).exit()).isZero();
    assertThat(ok("repo", "search", "internal", "HELL", "-q").out()).isEqualTo("hello\n");
    assertThat(ok("repo", "search", "internal").out().lines()).hasSize(4);
    assertThat(CommandRun.onScreen(larder, "repo", "info", "internal", "hello").out())
        .contains("hello 1.0-1 (aarch64)")
        .contains("A package for tests")
        .contains("depends     missing");
    assertThat(ok("repo", "files", "internal", "hello").out())
        .contains("usr/share/larder-test/hello\n");
    assertThat(ok("repo", "lint", "internal").out()).contains("missing-dependency");
    assertThat(ok("repo", "verify", "internal").out()).isEmpty();
    assertThat(ok("repo", "remove", "internal", "hello", "--from", "aarch64").out())
        .isEqualTo("removed\thello\t1.0-1\t\taarch64\n");
    assertThat(run("repo", "info", "internal", "nobody").exit()).isEqualTo(3);
    assertThat(run("repo", "remove", "internal", "nobody").err()).contains("no package nobody");
    assertThat(run("repo", "show", "nowhere").exit()).isEqualTo(3);
    assertThat(run("repo", "delete", "internal").exit()).isEqualTo(5);
    CommandRun asked = run("repo", "delete", "internal", "--packages");
    assertThat(asked.exit()).isEqualTo(2);
    assertThat(asked.err()).contains("add --yes");
    assertThat(CommandRun.onScreen(larder, "repo", "delete", "internal", "--packages").err())
        .contains("Remove repository internal with 3 packages, ", "nothing was removed");
    ok("repo", "delete", "internal", "--packages", "--yes");
    assertThat(ok("repo", "list", "-q").out()).isEmpty();
    assertThat(larder.data().resolve("tree/repo/internal")).doesNotExist();
  }

  @Test
  void aPackageIsFetchedAsItWasAndWithItsSignature() throws Exception {
    ok("repo", "create", "internal", "--format", "pacman");
    add("internal", HELLO);
    add("internal", NEWER);
    Path nested = directory.resolve("not/there/yet");
    CommandRun old =
        ok("repo", "download", "internal", "hello", "--generation", "2", "--to", nested.toString());
    Path file = nested.resolve(HELLO.fileName());
    assertThat(old.out()).isEqualTo("%s\n%s.sig\n".formatted(file, file));
    assertThat(file).hasBinaryContent(maker.bytes(HELLO));
    assertThat(Path.of(file + ".sig")).isNotEmptyFile();
    ok("repo", "download", "internal", "hello", "--to", nested.toString());
    try (var files = Files.list(nested)) {
      assertThat(files).hasSize(4);
    }
    assertThat(run("repo", "download", "internal", "nobody").exit()).isEqualTo(3);
    assertThat(run("repo", "download", "internal", "hello", "--generation", "77").exit())
        .isEqualTo(3);
    CommandRun inTheWay = run("repo", "download", "internal", "hello", "--to", file.toString());
    assertThat(inTheWay.exit()).isEqualTo(1);
    assertThat(inTheWay.err())
        .isEqualTo("larder: cannot write %s: a file of that name is in the way\n".formatted(file));
    assertThat(file).hasBinaryContent(maker.bytes(HELLO));
  }

  @Test
  void generationsAreListedComparedGoneBackToAndPromoted() {
    ok("repo", "create", "testing", "--format", "pacman");
    ok("repo", "create", "stable", "--format", "pacman");
    add("testing", HELLO);
    ok("generation", "promote", "testing", "stable");
    add("testing", NEWER);
    assertThat(ok("generation", "list", "testing", "-q").out()).isEqualTo("3\n2\n1\n");
    assertThat(ok("generation", "diff", "testing", "2").out())
        .isEqualTo("changed\thello\t1.0-1\t2.0-1\tx86_64\n");
    ok("generation", "promote", "testing", "stable", "hello");
    assertThat(ok("repo", "search", "stable").out()).contains("2.0-1").contains("yes");
    ok("generation", "rollback", "stable");
    assertThat(ok("repo", "search", "stable").out()).contains("1.0-1");
    assertThat(run("generation", "rollback", "stable", "99").exit()).isEqualTo(3);
    CommandRun older = run("generation", "promote", "testing", "stable", "nobody");
    assertThat(older.exit()).isEqualTo(3);
  }

  @Test
  void whatCannotBeTakenIsToldAndNothingOfItStays() throws Exception {
    ok("repo", "create", "internal", "--format", "pacman");
    assertThat(run("repo", "create", "internal", "--format", "pacman").exit()).isEqualTo(5);
    assertThat(run("repo", "create", "UPPER", "--format", "pacman").err()).contains("UPPER");
    assertThat(run("repo", "create", "x", "--format", "rpm").err()).contains("pacman");
    assertThat(run("repo", "create", "x", "--format", "freebsd-pkg").err()).contains("abi");
    assertThat(run("repo", "create", "x", "--format", "pacman", "--path", "/arch/x").err())
        .contains("/arch/x belongs to a mirror");
    add("internal", NEWER);
    CommandRun older = add("internal", HELLO);
    assertThat(older.exit()).isEqualTo(5);
    assertThat(older.err()).contains("hello 1.0-1 is older than version 2.0-1");
    Path page = Files.writeString(directory.resolve("p-1-1-any.pkg.tar.zst"), "<html></html>");
    CommandRun wrong = run("repo", "add", "internal", page.toString());
    assertThat(wrong.exit()).isEqualTo(8);
    assertThat(run("repo", "add", "internal", directory.resolve("none").toString()).exit())
        .isEqualTo(3);
    assertThat(ok("generation", "list", "internal", "-q").out()).isEqualTo("2\n1\n");
  }

  @Test
  void aRepositoryMadeByCommandIsThereAfterARestart() {
    ok("repo", "create", "internal", "--format", "pacman", "--keep", "7");
    add("internal", NEWER);
    larder.stop();
    larder.start();
    assertThat(ok("repo", "search", "internal", "-q").out()).isEqualTo("hello\n");
    assertThat(larder.larder().repositories().all())
        .singleElement()
        .satisfies(each -> assertThat(each.settings().keep()).isEqualTo(7));
  }
}
