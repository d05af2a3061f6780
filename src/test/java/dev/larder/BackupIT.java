package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Owner;
import dev.larder.testing.Command;
import dev.larder.testing.HoldProcess;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder backup` and `larder restore`, on a Larder that has something to lose.
class BackupIT {
  @TempDir Path directory;

  private BackupFixture lab;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "curl", "gpg", "tar");
  }

  @BeforeEach
  void open() {
    lab = new BackupFixture(directory);
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void whatWasBackedUpWhileItRanIsServedFromAnEmptyDirectory() throws Exception {
    lab.add("one", "1-1");
    lab.add("two", "1-1");
    String token =
        CommandRun.of(lab.hosted().larder(), "token", "create", "ci", "--scope", "admin", "-q")
            .out();
    Path file = lab.backup();
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(lab.run("restore", "--list", file.toString()).out())
        .contains("data/tree/repo/internal/x86_64/one-1-1-any.pkg.tar.zst")
        .contains("data/keys/internal/1.secret")
        .contains("data/tokens.json")
        .contains("config/larder.toml")
        .contains("every checksum is right")
        .doesNotContain("cli.token", "larder.db", "data/lock");
    assertThat(Command.of("tar", "--zstd", "-tf", file.toString()).runOk())
        .startsWith("larder-backup\n")
        .endsWith("larder-contents\n");

    Path restored = directory.resolve("other/data");
    BackupFixture.Run restore = lab.run("restore", "--data", restored.toString(), file.toString());
    assertThat(restore.code()).as(restore.err()).isZero();
    assertThat(mode(restored.resolve("keys"))).isEqualTo("rwx------");
    assertThat(mode(restored.resolve("keys/internal/1.secret"))).isEqualTo("rw-------");
    assertThat(mode(restored.resolve("tokens.json"))).isEqualTo("rw-------");
    assertThat(mode(restored.resolve("tree/repo/internal/x86_64"))).isEqualTo("rwxr-xr-x");
    assertThat(restored.resolve("restored")).doesNotExist();
    assertThat(
            Files.getLastModifiedTime(
                        restored.resolve("tree/repo/internal/x86_64/one-1-1-any.pkg.tar.zst"))
                    .toMillis()
                / 1000)
        .isEqualTo(
            Files.getLastModifiedTime(lab.hosted().file("x86_64/one-1-1-any.pkg.tar.zst"))
                    .toMillis()
                / 1000);
    assertThat(Files.readString(restored.resolve("tokens.json")))
        .isEqualTo(Files.readString(lab.data().resolve("tokens.json")));
    assertThat(token).isNotBlank();
    lab.assertServes(restored, "one", "two");

    BackupFixture.Run again = lab.run("restore", "--data", restored.toString(), file.toString());
    assertThat(again.code()).isEqualTo(5);
    assertThat(again.err()).contains("is not empty", "move it away");
  }

  @Test
  void aBackupWhilePackagesComeAndGoIsOneMomentOfThem() throws Exception {
    lab.add("steady", "1-1");
    List<Path> versions = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      versions.addAll(lab.maker().add(PackageSpec.of("moving", i + "-1").payload(200_000).seed(i)));
    }
    AtomicBoolean stop = new AtomicBoolean();
    List<Path> made = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> uploads =
          executor.submit(() -> {
            for (Path version : versions) {
              if (!stop.get()) {
                lab.hosted().add(List.of(version));
              }
            }
          });
      for (int i = 0; i < 4; i++) {
        Path file = directory.resolve("larder-" + i + ".backup");
        BackupFixture.Run run = lab.run("backup", file.toString());
        assertThat(run.code()).as(run.err()).isZero();
        made.add(file);
      }
      stop.set(true);
      uploads.get();
    }
    for (Path file : List.of(made.getFirst(), made.getLast())) {
      Path restored = directory.resolve(file.getFileName() + ".d/data");
      assertThat(lab.run("restore", "--data", restored.toString(), file.toString()).code())
          .isZero();
      lab.assertServes(restored, "steady");
    }
  }

  @Test
  void whileABackupReadsNoFormerGenerationGoes() throws Exception {
    lab.add("tool", "1-1");
    lab.hosted().larder().restartAfter(Duration.ofHours(3));
    Path generations =
        lab.data().resolve("state/repo/internal").resolve("root").resolve("generations");
    try (HoldProcess _ = HoldProcess.start(lab.data()).holding()) {
      lab.add("tool", "2-1");
      assertThat(lab.hosted().file("x86_64/tool-1-1-any.pkg.tar.zst")).exists();
      assertThat(LarderProcess.filesBelow(generations)).anyMatch(name -> name.startsWith("1/"));
    }
    lab.add("tool", "3-1");
    assertThat(lab.hosted().file("x86_64/tool-1-1-any.pkg.tar.zst")).doesNotExist();
    assertThat(LarderProcess.filesBelow(generations)).noneMatch(name -> name.startsWith("1/"));
  }

  @Test
  void whileABackupReadsNoRepositoryIsDeleted() throws Exception {
    CommandRun.of(lab.hosted().larder(), "repo", "create", "other", "--format", "pacman");
    try (HoldProcess _ = HoldProcess.start(lab.data()).holding()) {
      CommandRun refused = CommandRun.of(lab.hosted().larder(), "repo", "delete", "other", "--yes");
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.err()).contains("a backup is reading; delete other when it is done");
    }
    assertThat(CommandRun.of(lab.hosted().larder(), "repo", "delete", "other", "--yes").exit())
        .isZero();
  }

  @Test
  void twoBackupsDoNotWriteToOneFile() throws Exception {
    lab.add("one", "1-1");
    Path file = directory.resolve("larder.backup");
    Path partial = Files.writeString(directory.resolve(".larder.backup.partial"), "of another");
    try (FileChannel other = FileChannel.open(partial, StandardOpenOption.WRITE)) {
      assertThat(other.lock().isValid()).isTrue();
      BackupFixture.Run run = lab.run("backup", file.toString());
      assertThat(run.code()).isEqualTo(5);
      assertThat(run.err()).contains("another backup is writing to " + file);
      assertThat(partial).hasContent("of another");
      assertThat(file).doesNotExist();
    }
    // That one was killed, and what it left is in nobody's way.
    assertThat(lab.run("backup", file.toString()).code()).isZero();
    assertThat(partial).doesNotExist();
    assertThat(mode(file)).isEqualTo("rw-------");
  }

  @Test
  void aDamagedCutOrForeignArchiveChangesNothing() throws Exception {
    lab.add("one", "1-1");
    Path file = lab.backup();
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(Long.getLong("larder.seed", 7));
    List<Path> bad = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(changed.length)] ^= 0x10;
      bad.add(Files.write(directory.resolve("flipped-" + i), changed));
      int length = random.nextInt(bytes.length);
      bad.add(Files.write(directory.resolve("cut-" + i), Arrays.copyOf(bytes, length)));
    }
    bad.add(packed("traversal", "data/tree/../../../evil", null));
    bad.add(packed("outside", "etc/evil", null));
    bad.add(packed("link", "data/tree/evil", "/etc/passwd"));
    bad.add(packed("newer", null, null));
    Path target = directory.resolve("target/data");
    for (Path each : bad) {
      BackupFixture.Run run = lab.run("restore", "--data", target.toString(), each.toString());
      assertThat(run.code()).as("%s: %s", each, run.out() + run.err()).isEqualTo(8);
      assertThat(directory.resolve("target")).doesNotExist();
      assertThat(lab.run("restore", "--verify", each.toString()).code()).isEqualTo(8);
    }
    assertThat(lab.run("restore", "--verify", directory.resolve("newer").toString()).err())
        .contains("layout version 99");
    Files.createDirectories(target);
    assertThat(lab.run("restore", "--data", target.toString(), bad.getFirst().toString()).code())
        .isEqualTo(8);
    assertThat(target).isEmptyDirectory();
  }

  /// An archive as somebody else could make one.
  private Path packed(String name, @Nullable String entry, @Nullable String link)
      throws IOException {
    Path work = Files.createDirectory(directory.resolve(name + ".d"));
    String layout = name.equals("newer") ? "99" : "1";
    Files.writeString(
        work.resolve("larder-backup"),
        "format 1\nlarder 1\nlayout " + layout + "\ncreated 2026-01-01T00:00:00Z\n");
    Files.writeString(work.resolve("larder-contents"), "");
    List<String> command =
        new ArrayList<>(List.of("tar", "-C", work.toString(), "-P", "--zstd", "-cf"));
    Path file = directory.resolve(name);
    command.addAll(List.of(file.toString(), "larder-backup"));
    if (entry != null) {
      Path payload = work.resolve("payload");
      if (link == null) {
        Files.writeString(payload, "evil");
      } else {
        Files.createSymbolicLink(payload, Path.of(link));
      }
      command.add(1, "--transform=flags=r;s|^payload$|" + entry + "|");
      command.add("payload");
    }
    command.add("larder-contents");
    Command.of(command).runOk();
    return file;
  }

  @Test
  void aDamagedManifestIsNamedAndAllElseIsThere() throws Exception {
    lab.add("one", "1-1");
    Path manifest =
        LarderProcess.filesBelow(lab.data().resolve("state/repo/internal")).stream()
            .filter(name -> name.contains("/manifest/") && name.endsWith("internal.db"))
            .map(name -> lab.data().resolve("state/repo/internal").resolve(name))
            .reduce((first, last) -> last)
            .orElseThrow();
    List<byte[]> damages =
        List.of(
            "larder-manifest 1\nsize 1\n\n".getBytes(UTF_8),
            "larder-manifest 1\nsize x\nsha256 00\nlast-modified 1\n\n".getBytes(UTF_8),
            "larder-manifest 1\nsize 1\nsha256 zz\nlast-modified 1\n\n".getBytes(UTF_8),
            new byte[] {(byte) 0xff, (byte) 0xfe, '\n'});
    for (byte[] damage : damages) {
      Files.write(manifest, damage);
      BackupFixture.Run run = lab.run("backup", directory.resolve("larder.backup").toString());
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.err()).contains("internal: " + manifest).doesNotContain("\tat ");
      assertThat(lab.run("restore", "--list", directory.resolve("larder.backup").toString()).out())
          .contains("one-1-1-any.pkg.tar.zst");
    }
  }

  @Test
  void ofAKeyringOnlyWhatTheServerReadsIsInIt() throws Exception {
    Path keyring = Files.createDirectories(directory.resolve("gnupg/private-keys-v1.d"));
    Files.writeString(keyring.resolve("secret.key"), "private");
    Files.writeString(keyring.resolveSibling("secring.gpg"), "private");
    Files.writeString(keyring.resolveSibling("notes.txt"), "anything");
    Files.writeString(keyring.resolveSibling("ours.gpg"), "public");
    Files.writeString(keyring.resolveSibling("ours-revoked"), "");
    Path trust = Files.createDirectories(directory.resolve("fingerprints/trusted"));
    Files.writeString(trust.resolve("ours"), "function: sha256");
    Files.writeString(trust.resolveSibling("private.pem"), "private");
    Path config =
        Files.writeString(
            directory.resolve("keyring.toml"),
            """
            data = "%s"
            [mirror.arch]
            format = "pacman"
            upstream = ["http://127.0.0.1:9"]
            keyring = "%s"
            [mirror.pkg]
            format = "freebsd-pkg"
            upstream = ["http://127.0.0.1:9"]
            fingerprints = "%s"
            """
                .formatted(lab.data(), keyring.getParent(), trust.getParent()));
    Path file = directory.resolve("larder.backup");
    BackupFixture.Run run = lab.run("backup", file.toString(), "--config", config.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(lab.run("restore", "--list", file.toString()).out())
        .contains("gnupg/ours.gpg", "gnupg/ours-revoked", "fingerprints/trusted/ours")
        .doesNotContain("private-keys", "secring", "notes.txt", "private.pem");
  }

  @Test
  void aMissingPackageIsToldAndAllElseIsThere() throws Exception {
    lab.add("one", "1-1");
    lab.add("two", "1-1");
    Files.delete(lab.hosted().file("x86_64/one-1-1-any.pkg.tar.zst"));
    Path file = directory.resolve("larder.backup");
    BackupFixture.Run run = lab.run("backup", file.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("one-1-1-any.pkg.tar.zst is missing");
    assertThat(lab.run("restore", "--list", file.toString()).out())
        .contains("two-1-1-any.pkg.tar.zst")
        .doesNotContain("one-1-1-any.pkg.tar.zst\n");
  }

  @Test
  void asRootTheFilesBecomeThoseOfTheOwnerOfTheDirectory() throws Exception {
    Tools.requireRoot("owners of files");
    lab.add("one", "1-1");
    Path file = lab.backup();
    Path restored = Files.createDirectories(directory.resolve("theirs/data"));
    Command.of("chown", "12345:12346", restored.toString()).runOk();
    assertThat(lab.run("restore", "--data", restored.toString(), file.toString()).code()).isZero();
    assertThat(
            Command.of("find", restored.toString(), "!", "-user", "12345", "-o", "!", "-group")
                .with("12346")
                .runOk())
        .isEmpty();
    // And what it leaves beside the server's files while it reads is the server's, too.
    Command.of("rm", restored.resolve("hold").toString(), "-f").runOk();
    assertThat(lab.run("backup", directory.resolve("second").toString()).code()).isZero();
    assertThat(Owner.of(lab.data().resolve("hold"))).isEqualTo(Owner.of(lab.data()));
  }

  @Test
  void asRootTheServersGroupMayReadTheConfigurationAndNobodyElse() throws Exception {
    Tools.requireRoot("owners of files");
    Owner before = Owner.of(lab.data());
    Command.of("chown", "daemon:daemon", lab.data().toString()).runOk();
    Path file = lab.backup();
    before.give(lab.data());
    Path etc = directory.resolve("etc");
    assertThat(lab.run("restore", "--config-to", etc.toString(), file.toString()).code()).isZero();
    assertThat(Command.of("stat", "-c", "%U %G %a", etc.resolve("larder.toml").toString()).runOk())
        .isEqualTo("root daemon 640\n");
  }

  @Test
  void aDiskThatCanOnlyBeReadCanBeBackedUp() throws Exception {
    lab.add("one", "1-1");
    lab.hosted().larder().stop();
    try (Mounts disk = Mounts.disk(64)) {
      Path data = disk.directory().resolve("data");
      Command.of("cp", "-a", lab.data().toString(), data.toString()).runOk();
      Files.deleteIfExists(data.resolve("hold"));
      disk.readOnly(data);
      Path config =
          Files.writeString(directory.resolve("read-only.toml"), "data = \"" + data + "\"\n");
      Path file = directory.resolve("read-only.backup");
      BackupFixture.Run run = lab.run("backup", file.toString(), "--config", config.toString());
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(lab.run("restore", "--list", file.toString()).out()).contains("one-1-1-any.pkg");
    }
    lab.hosted().larder().start();
  }

  @Test
  void dataOfAnOlderLayoutIsNotReadAsIfItWereOfThis() throws IOException {
    Path data = Files.createDirectories(directory.resolve("older"));
    Files.writeString(data.resolve("version"), "1\n");
    Path config = Files.writeString(directory.resolve("older.toml"), "data = \"" + data + "\"\n");
    Path file = directory.resolve("older.backup");
    BackupFixture.Run run = lab.run("backup", file.toString(), "--config", config.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("is of an older layout").contains("start larder serve once");
    assertThat(file).doesNotExist();
  }

  @Test
  void withoutKeysNoPrivateKeyIsInIt() throws Exception {
    lab.add("one", "1-1");
    Path file = lab.backup("--without-keys");
    assertThat(lab.run("restore", "--list", file.toString()).out())
        .contains("without keys")
        .doesNotContain("data/keys/");
    Path restored = directory.resolve("bare/data");
    BackupFixture.Run restore = lab.run("restore", "--data", restored.toString(), file.toString());
    assertThat(restore.out()).contains("put keys/ back");
    Command.of("cp", "-a", lab.data().resolve("keys").toString(), restored.toString()).runOk();
    lab.assertServes(restored, "one");
  }

  @Test
  void whatAMirrorKeepsIsInItUnlessItIsLeftOut() throws Exception {
    Path kept = Files.createDirectories(lab.data().resolve("tree/arch/old/release"));
    Files.writeString(kept.resolve("base.txz"), "the only one left");
    Files.createDirectories(lab.data().resolve("tree/arch/other"));
    Files.writeString(lab.data().resolve("tree/arch/other/file"), "can be fetched");
    assertThat(CommandRun.of(lab.hosted().larder(), "mirror", "keep", "arch", "old/release").exit())
        .isZero();
    assertThat(lab.run("restore", "--list", lab.backup().toString()).out())
        .contains("data/tree/arch/old/release/base.txz", "data/state/arch/.keep")
        .doesNotContain("other/file");
    assertThat(lab.run("restore", "--list", lab.backup("--without-kept").toString()).out())
        .contains("data/state/arch/.keep")
        .doesNotContain("base.txz");
  }
}
