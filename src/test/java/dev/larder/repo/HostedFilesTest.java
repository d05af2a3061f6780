package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.Layout;
import dev.larder.store.Layout.RootLayout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostedFilesTest {
  private static final Instant TIME = Instant.ofEpochSecond(1_763_665_200);

  @TempDir Path data;
  private Layout layout;
  private RootLayout root;
  private Path tree;

  @BeforeEach
  void set() {
    layout = new Layout(data);
    root = layout.root(Layout.repositoryName("own"), RelPath.ROOT);
    tree = layout.tree(Layout.repositoryName("own"));
  }

  /// A package in `x86_64`, which is put there.
  private Entry pack(String name, String version, @Nullable String signature) throws IOException {
    String file = name + "-" + version + ".pkg";
    byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
    Path place = Files.createDirectories(tree.resolve("x86_64"));
    Files.write(place.resolve(file), bytes);
    Checksum signed = null;
    if (signature != null) {
      byte[] beside = signature.getBytes(StandardCharsets.UTF_8);
      Files.write(place.resolve(file + ".sig"), beside);
      signed = Checksum.sha256(beside);
    }
    return new Entry(name, version, file, bytes.length, Checksum.sha256(bytes), signed);
  }

  private void generation(long number, byte[] list) throws IOException {
    Generations generations = new Generations(root);
    Generations.Draft draft = generations.draft();
    RelPath path = new RelPath("x86_64/" + PackageList.FILE);
    Files.write(draft.file(path), list);
    draft.add(
        new Member(path, list.length, Checksum.sha256(list), TIME, null, null), Manifest.EMPTY);
    generations.select(
        generations.commit(draft, number, new Generation.Origin("own", TIME, -1, "")));
  }

  private void generation(long number, Entry... entries) throws IOException {
    generation(number, PackageList.of(List.of(entries)).bytes());
  }

  /// What is told below the tree: how often, and what was read of it.
  private Map<String, List<String>> told(HostedFiles files) throws IOException {
    Map<String, List<String>> told = new TreeMap<>();
    files.each(
        new HostedFiles.Taking() {
          @Override
          public void stored(Path file) {
            note(file, "stored");
          }

          @Override
          public void captured(Path file, byte[] bytes) {
            note(file, new String(bytes, StandardCharsets.UTF_8));
          }

          private void note(Path file, String what) {
            if (file.startsWith(tree)) {
              told.computeIfAbsent(file.getFileName().toString(), _ -> new ArrayList<>()).add(what);
            }
          }
        });
    return told;
  }

  @Test
  void tellsEachFileOnceWhateverGenerationsNameIt() throws IOException {
    Entry one = pack("one", "1", "signed one 1");
    Entry two = pack("two", "1", null);
    Entry newer = pack("two", "2", null);
    generation(1, one, two);
    generation(2, two);
    // Back again, as after a rollback: not in the generation before, but in the one before that.
    generation(3, one, newer);
    try (HostedFiles files = HostedFiles.of(layout, "own", true, null)) {
      assertThat(told(files))
          .isEqualTo(
              Map.of(
                  "one-1.pkg", List.of("stored"),
                  "one-1.pkg.sig", List.of("signed one 1"),
                  "two-1.pkg", List.of("stored"),
                  "two-2.pkg", List.of("stored")));
      assertThat(files.packages()).isEqualTo(2);
      assertThat(files.damages()).isEmpty();
    }
  }

  @Test
  void tellsWhatIsThereIfAListCannotBeRead() throws IOException {
    Entry one = pack("one", "1", "signed one 1");
    Entry two = pack("two", "1", null);
    generation(1, "no list".getBytes(StandardCharsets.UTF_8));
    generation(2, one);
    try (HostedFiles files = HostedFiles.of(layout, "own", false, null)) {
      assertThat(told(files))
          .isEqualTo(
              Map.of(
                  "one-1.pkg",
                  List.of("stored"),
                  "one-1.pkg.sig",
                  List.of("signed one 1"),
                  two.path(),
                  List.of("stored")));
      assertThat(files.damages()).singleElement().asString().contains("no list");
    }
  }

  @Test
  void tellsWhatIsThereIfAListIsOutOfOrder() throws IOException {
    Entry one = pack("one", "1", null);
    Entry two = pack("two", "1", null);
    String sorted = new String(PackageList.of(List.of(one, two)).bytes(), StandardCharsets.UTF_8);
    List<String> lines = sorted.lines().toList();
    String swapped = lines.get(1) + "\n" + lines.get(0) + "\n";
    generation(1, swapped.getBytes(StandardCharsets.UTF_8));
    try (HostedFiles files = HostedFiles.of(layout, "own", false, null)) {
      assertThat(told(files))
          .isEqualTo(Map.of("one-1.pkg", List.of("stored"), "two-1.pkg", List.of("stored")));
      assertThat(files.damages()).singleElement().asString().contains("not sorted");
    }
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Entry one = pack("one", "1", null);
    generation(1, one);
    Files.delete(tree.resolve("x86_64/one-1.pkg"));
    try (HostedFiles files = HostedFiles.of(layout, "own", false, null)) {
      assertThat(told(files)).isEmpty();
      assertThat(files.damages()).singleElement().asString().contains("is missing");
    }
  }
}
