package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The list that is the truth about what a directory of a repository has.
class PackageListTest {
  private static final Entry ONE = entry("one", "1-1", true);
  private static final Entry TWO = entry("two++", "1:2-1", false);

  private static Checksum sum(String text) {
    return Checksum.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Entry entry(String name, String version, boolean signed) {
    String path = name + "-" + version + "-any.pkg.tar.zst";
    return new Entry(name, version, path, 123, sum(path), signed ? sum("sig") : null);
  }

  @Test
  void whatIsWrittenIsReadBack(@TempDir Path directory) throws IOException {
    PackageList list = PackageList.of(List.of(TWO, ONE));
    Path file = Files.write(directory.resolve("list"), list.bytes());
    assertThat(PackageList.read(file)).isEqualTo(list);
    assertThat(list.entries()).containsExactly(ONE, TWO);
    assertThat(list.find("two++")).isEqualTo(TWO);
    assertThat(list.find("three")).isNull();
  }

  @Test
  void aDamagedListIsTold(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("list");
    for (String text : List.of("one\n", "a\tb\tc\tx\t-\t-\n", "a\tb\tc\t1\tzz\t-\n")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> PackageList.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged");
    }
  }

  @Test
  void packagesAndTheirSignaturesArePromised() {
    Manifest manifest = PackageList.of(List.of(ONE, TWO)).manifest(new RelPath("x86_64"));
    assertThat(manifest.size()).isEqualTo(3);
    assertThat(manifest.find(new RelPath("x86_64/" + ONE.path() + ".sig"))).isNotNull();
    assertThat(manifest.find(new RelPath("x86_64/" + TWO.path() + ".sig"))).isNull();
  }

  @Test
  void differencesAreToldByDirectoryAndName() {
    TreeMap<String, PackageList> before = new TreeMap<>();
    before.put("x86_64", PackageList.of(List.of(ONE, TWO)));
    TreeMap<String, PackageList> after = new TreeMap<>();
    after.put("x86_64", PackageList.of(List.of(entry("one", "2-1", true))));
    after.put("aarch64", PackageList.of(List.of(TWO)));
    assertThat(new Packages(before).differences(new Packages(after)))
        .containsExactly(
            new Difference("aarch64", "two++", "", "1:2-1"),
            new Difference("x86_64", "one", "1-1", "2-1"),
            new Difference("x86_64", "two++", "1:2-1", ""));
  }
}
