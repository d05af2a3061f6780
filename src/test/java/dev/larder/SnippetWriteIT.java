package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `larder snippet --write` on a machine with the real pacman and pacman-key, and on one laid out
/// as FreeBSD is.
class SnippetWriteIT {
  /// Short, since gpg-agent's socket lies in it.
  private final Path root = Temporary.directory("lw");

  private HostedLarder larder;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "gpg", "gpgconf");
  }

  @BeforeEach
  void open() {
    larder = HostedLarder.pacman();
  }

  @AfterEach
  void close() {
    larder.close();
    Command.of("gpgconf", "--homedir", root.resolve("etc/pacman.d/gnupg") + "", "--kill", "all")
        .run();
  }

  private CommandRun snippet(String... arguments) {
    String[] all = new String[arguments.length + 4];
    all[0] = "snippet";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[all.length - 3] = "--root";
    all[all.length - 2] = root.toString();
    all[all.length - 1] = "-o=text";
    return CommandRun.of(larder.larder(), all);
  }

  private Path file(String path) {
    return root.resolve(path);
  }

  private Path write(String path, String text) throws IOException {
    Files.createDirectories(file(path).resolveSibling(""));
    return Files.writeString(file(path), text);
  }

  private Command.Result pacman(String... arguments) {
    Command command = Tools.isRoot() ? Command.of() : Command.of("fakeroot");
    return command
        .with("pacman", "--config", file("etc/pacman.conf") + "", "--root", root + "")
        .with("--dbpath", file("db") + "", "--cachedir", file("cache") + "")
        .with("--gpgdir", file("etc/pacman.d/gnupg") + "", "--hookdir", file("hooks") + "")
        .with("--logfile", file("pacman.log") + "", "--noconfirm")
        .with(arguments)
        .run();
  }

  @Test
  void aMachineWithPacmanInstallsStrictlySignedPackagesAndIsAsItWasAfterwards() throws Exception {
    try (ArchRepository maker = ArchRepository.unsigned("maker")) {
      larder.add(maker.add(PackageSpec.of("hello", "1-1")));
    }
    String before = "[options]\nArchitecture = x86_64\nDisableSandbox\n# the last line";
    if (!Command.of("pacman", "--version").runOk().contains("Pacman v7")) {
      before = before.replace("DisableSandbox\n", "");
    }
    Path conf = write("etc/pacman.conf", before);
    Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-r-----"));
    List.of("db", "cache", "hooks")
        .forEach(name -> assertThat(file(name).toFile().mkdir()).isTrue());
    Command.of("pacman-key", "--config", conf + "", "--gpgdir", file("etc/pacman.d/gnupg") + "")
        .with("--init")
        .runOk();

    CommandRun written = snippet("internal", "--write");
    assertThat(written.exit()).as(written.toString()).isZero();
    assertThat(written.out()).contains("wrote /etc/pacman.conf\n").contains("internal --undo");
    assertThat(Files.readString(conf)).contains("SigLevel = Required DatabaseRequired");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(conf)))
        .isEqualTo("rw-r-----");
    assertThat(pacman("-Sy").exit()).isZero();
    Command.Result installed = pacman("-S", "hello");
    assertThat(installed.exit()).as(installed.toString()).isZero();

    String once = Files.readString(conf);
    assertThat(snippet("internal", "--write").exit()).isZero();
    assertThat(Files.readString(conf)).isEqualTo(once);

    // Also when the server is gone.
    String fingerprint = larder.repository().report().signedBy().getFirst();
    CommandRun undone = snippet("internal", "--undo");
    assertThat(undone.exit()).as(undone.toString()).isZero();
    assertThat(Files.readString(conf)).isEqualTo(before + "\n");
    String keys =
        Command.of("gpg", "--homedir", file("etc/pacman.d/gnupg") + "", "--list-keys").runOk();
    assertThat(keys).doesNotContain(fingerprint);
    assertThat(snippet("internal", "--undo").exit()).isEqualTo(3);
  }

  @Test
  void aMirrorStandsAboveTheOthers() throws Exception {
    Path list = write("etc/pacman.d/mirrorlist", "## Germany\nServer = https://a.example/$repo\n");
    assertThat(snippet("arch", "--write").exit()).isZero();
    List<String> lines = Files.readAllLines(list);
    assertThat(lines.stream().filter(line -> line.startsWith("Server = ")).toList().getFirst())
        .isEqualTo("Server = " + larder.larder().top() + "/arch/$repo/os/$arch");
    assertThat(snippet("arch", "--undo").exit()).isZero();
    assertThat(list).hasContent("## Germany\nServer = https://a.example/$repo\n");
  }

  @Test
  void aMachineWithFreeBsdGetsItsFilesAndLosesThemAgain() throws Exception {
    CommandRun made =
        CommandRun.of(
            larder.larder(),
            "repo",
            "create",
            "ports",
            "--format",
            "freebsd-pkg",
            "--for",
            "FreeBSD:14:amd64");
    assertThat(made.exit()).as(made.toString()).isZero();
    CommandRun written = snippet("ports", "--write");
    assertThat(written.exit()).as(written.toString()).isZero();
    Path conf = file("usr/local/etc/pkg/repos/ports.conf");
    assertThat(conf).content().contains("signature_type: \"fingerprints\"").contains("priority");
    Path trusted = file("usr/local/etc/pkg/fingerprints/ports/trusted/ports");
    assertThat(trusted).content().startsWith("function: \"sha256\"\nfingerprint: \"");
    assertThat(snippet("ports", "--undo").exit()).isZero();
    assertThat(conf).doesNotExist();
    assertThat(trusted).doesNotExist();

    write("usr/local/etc/pkg/repos/ports.conf", "ports: { enabled: no }\n");
    CommandRun refused = snippet("ports", "--write");
    assertThat(refused.exit()).isEqualTo(5);
    assertThat(refused.err()).contains("larder did not write it");
    assertThat(conf).hasContent("ports: { enabled: no }\n");
  }
}
