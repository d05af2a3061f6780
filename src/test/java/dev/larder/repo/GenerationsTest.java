package dev.larder.repo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationsTest {
  private static final RelPath DB = new RelPath("core/os/x86_64/core.db");
  private static final RelPath PACKAGE = new RelPath("core/os/x86_64/a-1-1-any.pkg.tar.zst");
  private static final Expected EXPECTED =
      new Expected(5, Checksum.sha256("hello".getBytes(StandardCharsets.UTF_8)));
  private static final Instant TIME = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path data;

  private Layout.RootLayout layout() {
    return new Layout(data).root("arch", RelPath.ROOT);
  }

  private static Generation.Origin origin() {
    return new Generation.Origin("http://127.0.0.1:1", TIME, 1234, "1234");
  }

  private static Generations.Draft draft(Generations generations, String text) throws IOException {
    Generations.Draft draft = generations.draft();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Files.write(draft.file(DB), bytes);
    draft.add(
        new Member(DB, bytes.length, Checksum.sha256(bytes), TIME, "\"e-1\"", null),
        Manifest.of(Map.of(PACKAGE, EXPECTED)));
    return draft;
  }

  @Test
  void aCommittedGenerationIsReadBackAsItWas() throws IOException {
    Generations generations = new Generations(layout());
    Generation made = generations.commit(draft(generations, "index"), 7, origin());
    generations.select(made);

    Generations again = new Generations(layout());
    assertThat(again.currentNumber()).isEqualTo(7);
    List<Generation> all = again.load();
    assertThat(all).hasSize(1);
    Generation read = all.getFirst();
    assertThat(read.origin()).isEqualTo(origin());
    assertThat(read.members()).isEqualTo(made.members());
    assertThat(read.find(PACKAGE)).isEqualTo(EXPECTED);
    assertThat(read.find(new RelPath("core/os/x86_64/b-1-1-any.pkg.tar.zst"))).isNull();
    assertThat(read.covers(PACKAGE.parent())).isTrue();
    assertThat(read.covers(new RelPath("extra/os/x86_64"))).isFalse();
    assertThat(read.file(requireNonNull(read.member(DB)))).hasContent("index");
  }

  @Test
  void anIndexCanBeAddedAndSurvives() throws IOException {
    Generations generations = new Generations(layout());
    Generation made = generations.commit(draft(generations, "index"), 1, origin());
    RelPath files = new RelPath("core/os/x86_64/core.files");
    Path temporary = Files.writeString(data.resolve("temporary"), "files");
    made.add(
        new Member(
            files, 5, Checksum.sha256("files".getBytes(StandardCharsets.UTF_8)), TIME, null, null),
        Manifest.EMPTY,
        temporary);

    Generation read = new Generations(layout()).load().getFirst();
    assertThat(read.members()).hasSize(2);
    assertThat(read.file(requireNonNull(read.member(files)))).hasContent("files");
  }

  @Test
  void sinceWhenUpstreamIsOlderSurvivesARestart() throws IOException {
    new Generations(layout()).noteRefusedSince(TIME);
    assertThat(new Generations(layout()).refusedSince()).isEqualTo(TIME);
    new Generations(layout()).noteRefusedSince(null);
    assertThat(new Generations(layout()).refusedSince()).isNull();
  }

  @Test
  void recoveryRemovesDraftsOnly() throws IOException {
    Generations generations = new Generations(layout());
    generations.commit(draft(generations, "one"), 1, origin());
    draft(generations, "two");
    new Generations(layout()).recover();
    try (var entries = Files.list(layout().generations())) {
      assertThat(entries.map(entry -> entry.getFileName().toString())).containsExactly("1");
    }
  }

  @Test
  void aTornGenerationIsRemovedAndTheOthersStay() throws IOException {
    Generations generations = new Generations(layout());
    generations.commit(draft(generations, "one"), 1, origin());
    Generation second = generations.commit(draft(generations, "second"), 2, origin());
    Files.writeString(second.file(requireNonNull(second.member(DB))), "sec");
    List<Generation> all = new Generations(layout()).load();
    assertThat(all.stream().map(Generation::number)).containsExactly(1L);
    assertThat(layout().generations().resolve("2")).doesNotExist();
  }

  @Test
  void aDamagedPointerDoesNotStopTheStart() throws IOException {
    Generations generations = new Generations(layout());
    Generation made = generations.commit(draft(generations, "one"), 3, origin());
    generations.select(made);
    Files.write(layout().current(), new byte[8]);
    assertThat(generations.currentNumber()).isGreaterThan(3);
  }
}
