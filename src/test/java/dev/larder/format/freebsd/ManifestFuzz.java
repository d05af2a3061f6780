package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.larder.format.InvalidIndex;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import dev.larder.testing.TarSums;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// What a package says of itself. If it may be hosted, then what is kept of it says the same, and a
/// mirror takes the record that a catalogue gets.
final class ManifestFuzz {
  private static final PkgRepositoryFormat FORMAT = new PkgRepositoryFormat(Style.FINGERPRINTS);

  @TempDir private Path directory;

  @FuzzTest
  void manifest(byte[] text) throws IOException {
    try {
      ManifestText read = ManifestText.read("m", new ByteArrayInputStream(text), text.length);
      Manifest manifest = Manifest.of("m", read.entries());
      List<String> files = read.files().sorted();
      HostedPackage hosted =
          new HostedPackage(
              read.hasScripts(),
              manifest.name(),
              manifest.version(),
              manifest.abi(),
              manifest.parts(),
              files);
      PackageInfo info = manifest.info(read.hasScripts());
      byte[] bytes = hosted.encode();
      check(new PackageRecord(info, text.length, Checksum.sha256(text), bytes));
      assertThat(FORMAT.files(bytes)).isEqualTo(files);
    } catch (InvalidIndex | InvalidPackage e) {
      assertThat(e).hasMessageMatching("m: \\P{Cntrl}{3,600}");
    }
  }

  @FuzzTest
  void tar(byte[] tar) throws IOException {
    try {
      PackageRecord read =
          FORMAT.read(Files.write(directory.resolve("package"), TarSums.corrected(tar)));
      check(read);
      assertThat(read.size()).isEqualTo(tar.length);
    } catch (InvalidPackage e) {
      assertThat(e).hasMessageMatching("package\\P{Cntrl}{5,600}");
    }
  }

  private static void check(PackageRecord read) throws IOException {
    assertThat(FORMAT.info(read.bytes())).isEqualTo(read.info());
    assertThat(FORMAT.files(read.bytes())).doesNotHaveDuplicates();
    assertThat(FORMAT.lint("FreeBSD:14:amd64", List.of(read.info()))).isNotNull();
    assertThat(FORMAT.directoriesOf(read.info(), List.of("FreeBSD:14:amd64"))).isNotNull();
    String path = FORMAT.pathOf(read, "x");
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(
        HostedPackage.decode(read.bytes()).catalogued(path, read.sha256(), read.size()));
    line.writeBytes("\n".getBytes(StandardCharsets.UTF_8));
    List<String> promised = new ArrayList<>();
    PackageRecords.readLines(
        "catalogue",
        RelPath.ROOT,
        new ByteArrayInputStream(line.toByteArray()),
        (file, expected) -> {
          assertThat(expected).isEqualTo(new Expected(read.size(), read.sha256()));
          promised.add(file.value());
        });
    assertThat(promised).containsExactly(path);
  }
}
