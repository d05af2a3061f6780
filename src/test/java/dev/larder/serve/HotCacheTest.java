package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Representation;
import dev.larder.store.OpenFile;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HotCacheTest {
  private static final int LARGE = HotCache.SMALL + 1;

  @TempDir private Path directory;
  private final PlainContent content = new PlainContent("arch", Path.of("unused"));
  private long nanos;
  private final HotCache hot = new HotCache(() -> nanos);

  @AfterEach
  void close() {
    hot.close();
  }

  private static Place.Inside place(PlainContent content, String path) {
    return new Place.Inside(content, "/arch/", new RelPath(path), false);
  }

  /// Keeps a file and ends the use of it that the answer had.
  private OpenFile keep(String path, int length) throws IOException {
    Path file = directory.resolve(path);
    Files.write(file, new byte[length]);
    OpenFile open = OpenFile.open(file);
    keep(path, new Answer.Body.Stored(open), CacheStatus.hit(""), length);
    open.close();
    return open;
  }

  private void keep(String path, Answer.Body body, CacheStatus status, long size)
      throws IOException {
    Representation is = new Representation(size, PlainContent.MODIFIED, "\"x\"", null);
    hot.keep(place(content, path), new Answer.Found(is, body, status, content.validity));
  }

  private static boolean isOpen(OpenFile file) {
    if (file.retain()) {
      file.close();
      return true;
    }
    return false;
  }

  private HotCache.Entry kept(String path) {
    return Objects.requireNonNull(hot.get(content, path));
  }

  @Test
  void smallBodiesAreInMemoryAndLargeOnesOpen() throws IOException {
    assertThat(isOpen(keep("small", HotCache.SMALL))).isFalse();
    assertThat(isOpen(keep("large", LARGE))).isTrue();
    assertThat(kept("small").body()).isInstanceOf(HotCache.Body.Memory.class);
    assertThat(hot.get(content, "large")).isNotNull();
    assertThat(hot.get(new PlainContent("other", directory), "large")).isNull();
  }

  @Test
  void whatIsAskedForWithoutAPauseIsAskedOfItsContentAllTheSame() throws IOException {
    OpenFile file = keep("large", LARGE);
    keep("small", HotCache.SMALL);
    for (int i = 1; i < 6; i++) {
      nanos = HotCache.LONGEST.multipliedBy(i).dividedBy(6).toNanos();
      assertThat(kept("large").body()).isInstanceOf(HotCache.Body.File.class);
      assertThat(kept("small").body()).isInstanceOf(HotCache.Body.Memory.class);
    }
    nanos = HotCache.LONGEST.toNanos();
    assertThat(hot.get(content, "large")).isNull();
    assertThat(hot.get(content, "small")).isNull();
    assertThat(isOpen(file)).isFalse();
  }

  @Test
  void descriptorsAreBounded() throws IOException {
    List<OpenFile> files = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      files.add(keep("large" + i, LARGE));
    }
    assertThat(files.stream().filter(HotCacheTest::isOpen).count()).isBetween(100L, 512L);
    hot.close();
    assertThat(files).noneMatch(HotCacheTest::isOpen);
  }

  @Test
  void memoryIsBounded() throws IOException {
    for (int i = 0; i < 2000; i++) {
      keep("small" + i, HotCache.SMALL);
    }
    int kept = 0;
    for (int i = 0; i < 2000; i++) {
      kept += hot.get(content, "small" + i) == null ? 0 : 1;
    }
    assertThat((long) kept * HotCache.SMALL).isBetween(1L << 20, HotCache.MAX_WEIGHT);
  }

  @Test
  void whatNoLongerHoldsIsClosedWhenAskedForOrSwept() throws IOException {
    OpenFile asked = keep("asked", LARGE);
    OpenFile forgotten = keep("forgotten", LARGE);
    content.validity.on = false;
    assertThat(hot.get(content, "asked")).isNull();
    assertThat(isOpen(asked)).isFalse();
    assertThat(isOpen(forgotten)).isTrue();
    hot.sweep();
    assertThat(isOpen(forgotten)).isFalse();
  }

  @Test
  void replacedAnswersAreClosed() throws IOException {
    OpenFile first = keep("file", LARGE);
    OpenFile second = keep("file", LARGE + 1);
    assertThat(isOpen(first)).isFalse();
    assertThat(isOpen(second)).isTrue();
  }

  @Test
  void headersAloneNeverReplaceABody() throws IOException {
    OpenFile file = keep("file", LARGE);
    keep("file", new Answer.Body.None(), CacheStatus.hit(""), LARGE);
    assertThat(kept("file").body()).isInstanceOf(HotCache.Body.File.class);
    assertThat(isOpen(file)).isTrue();
  }

  @Test
  void aFileOfAnotherLengthThanSaidIsNotKept() throws IOException {
    Path file = Files.write(directory.resolve("odd"), new byte[10]);
    try (OpenFile open = OpenFile.open(file)) {
      keep("odd", new Answer.Body.Stored(open), CacheStatus.hit(""), 11);
    }
    assertThat(hot.get(content, "odd")).isNull();
  }

  @Test
  void whatUpstreamWasAskedForIsNotKept() throws IOException {
    CacheStatus miss = CacheStatus.forwarded("uri-miss", 200, true, "");
    keep("miss", new Answer.Body.None(), miss, 10);
    assertThat(hot.get(content, "miss")).isNull();
  }
}
