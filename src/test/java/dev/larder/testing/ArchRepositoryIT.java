package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchRepositoryIT {
  @Test
  void packagesOfEveryCompressionAndOddNamesGetIntoTheDatabase(@TempDir Path root) {
    try (ArchRepository core = ArchRepository.unsigned("core")) {
      PackageSpec odd = PackageSpec.of("lib++0@x_y.z", "1:1.2.3-2");
      PackageSpec xz = PackageSpec.of("b", "1-1").compression(PackageSpec.Compression.XZ);
      PackageSpec gz = PackageSpec.of("c", "1-1").compression(PackageSpec.Compression.GZ);
      PackageSpec tar =
          PackageSpec.of("d", "1-1").compression(PackageSpec.Compression.NONE).payload(50_000);
      core.add(odd, xz, gz, tar);
      assertThat(core.database())
          .containsOnlyKeys("lib++0@x_y.z-1:1.2.3-2", "b-1-1", "c-1-1", "d-1-1");
      assertThat(core.database().get("lib++0@x_y.z-1:1.2.3-2"))
          .contains("%FILENAME%\nlib++0@x_y.z-1:1.2.3-2-any.pkg.tar.zst\n")
          .contains("%CSIZE%\n" + core.bytes(odd).length + "\n");
      core.publish(root);
      assertThat(root.resolve("core/os/x86_64/d-1-1-any.pkg.tar"))
          .hasBinaryContent(core.bytes(tar));
      assertThat(core.bytes(tar).length).isGreaterThan(50_000);
      assertThat(root.resolve("core/os/x86_64/core.files")).exists();
    }
  }

  @Test
  void aPublicationReplacesVersionsAndDeletesOldPackages(@TempDir Path root) throws Exception {
    try (ArchRepository core = ArchRepository.unsigned("core")) {
      PackageSpec old = PackageSpec.of("a", "1-1");
      PackageSpec newer = PackageSpec.of("a", "2-1");
      core.add(old, PackageSpec.of("b", "1-1"));
      core.publish(root);
      long first = Long.parseLong(Files.readString(root.resolve("lastupdate")).strip());
      var modified = Files.getLastModifiedTime(root.resolve(core.databasePath()));
      core.add(newer);
      core.remove("b");
      core.publishKeeping(root);
      assertThat(root.resolve(core.path(old))).exists();
      core.deleteOld(root);
      assertThat(root.resolve(core.path(old))).doesNotExist();
      assertThat(root.resolve(core.path(newer))).exists();
      assertThat(core.database()).containsOnlyKeys("a-2-1");
      assertThat(Long.parseLong(Files.readString(root.resolve("lastupdate")).strip()))
          .isGreaterThan(first);
      assertThat(Files.getLastModifiedTime(root.resolve(core.databasePath())))
          .isGreaterThan(modified);
    }
  }

  @Test
  void aSignedRepositoryHasGoodSignatures(@TempDir Path root) {
    try (SigningKey key = SigningKey.create("Larder Test <test@example.org>");
        ArchRepository own =
            ArchRepository.custom("own", ArchRepository.Layout.custom("any/where"), key)) {
      PackageSpec a = PackageSpec.of("a", "1-1");
      own.add(a);
      own.publish(root);
      assertThat(root.resolve("lastupdate")).doesNotExist();
      for (String path : List.of(own.databasePath(), own.path(a), "any/where/own.files")) {
        Path file = root.resolve(path);
        String output =
            Command.of("gpg", "--homedir", key.home().toString(), "--verify", file + ".sig")
                .with(file.toString())
                .runOk();
        assertThat(output).contains("Good signature");
      }
    }
  }

  @Test
  void theRealMakepkgBuildsWithoutRoot(@TempDir Path root) {
    try (ArchRepository core = ArchRepository.unsigned("core")) {
      List<Path> files =
          core.makepkg(
              """
              pkgbase=real
              pkgname=(real real-doc)
              pkgver=1.2
              pkgrel=3
              epoch=1
              arch=(any)
              package_real() { install -D /dev/null "$pkgdir/usr/share/real/file"; }
              package_real-doc() { install -D /dev/null "$pkgdir/usr/share/doc/real/file"; }
              """);
      core.addFiles(files);
      assertThat(core.database()).containsOnlyKeys("real-1:1.2-3", "real-doc-1:1.2-3");
      Map<String, ServedFile> published = core.next();
      assertThat(published)
          .containsKeys(
              "core/os/x86_64/real-1:1.2-3-any.pkg.tar.zst",
              "core/os/x86_64/core.db",
              "lastupdate");
    }
  }
}
