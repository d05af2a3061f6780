package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.larder.ClassCachePages.Region;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassCachePagesTest {
  private static final int BYTES = 1 << 22;

  private static List<String> mapping(String permissions, String file, int anonymous) {
    return List.of(
        "8021b0000-804b6d000 " + permissions + " 021b0000 fe:00 131 " + file,
        "Size:              42740 kB",
        "Rss:               42740 kB",
        "Anonymous:         " + anonymous + " kB",
        "LazyFree:              0 kB",
        "VmFlags: rd mr mw me");
  }

  private static List<Region> unchanged(List<String> smaps) {
    return ClassCachePages.unchanged(smaps, ".aot");
  }

  @Test
  void whatIsReadOnlyAndAsInTheFile() {
    assertThat(unchanged(mapping("r--p", "                  /a b/larder-1.aot", 0)))
        .containsExactly(new Region(0x8021b0000L, 0x29bd000));
  }

  @Test
  void nothingThatCanBeWrittenOrWasOrIsShared() {
    assertThat(unchanged(mapping("rw-p", "/larder-1.aot", 0))).isEmpty();
    assertThat(unchanged(mapping("r--s", "/larder-1.aot", 0))).isEmpty();
    assertThat(unchanged(mapping("r--p", "/larder-1.aot", 4))).isEmpty();
  }

  @Test
  void noOtherFile() {
    assertThat(unchanged(mapping("r--p", "/usr/lib/libjvm.so", 0))).isEmpty();
    assertThat(unchanged(mapping("r--p", "/larder-1.aot (deleted)", 0))).isEmpty();
  }

  @Test
  void theNextMappingIsNotTakenForIt() {
    List<String> lines = new ArrayList<>(mapping("r--p", "/larder-1.aot", 0).subList(0, 2));
    lines.addAll(List.of("7f00-7f10 rw-p 00000000 00:00 0", "Anonymous:         0 kB"));
    assertThat(unchanged(lines)).isEmpty();
  }

  @Test
  void pagesGoAndComeBackAsTheyWere(@TempDir Path directory) throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/smaps")));
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    Path file = Files.write(directory.resolve("cache.aot"), content);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer mapped = channel.map(MapMode.PRIVATE, 0, BYTES);
      byte[] read = new byte[BYTES];
      mapped.get(0, read);
      assertThat(read).isEqualTo(content);
      assertThat(resident(file)).isGreaterThan(BYTES / 2);

      Region region = region(file);
      ClassCachePages.release(region);
      assertThat(resident(file)).isZero();

      mapped.get(0, read);
      assertThat(read).isEqualTo(content);
    }
  }

  private static List<String> of(Path file) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    int at = 0;
    while (!lines.get(at).endsWith(file.toString())) {
      at++;
    }
    return lines.subList(at, lines.size());
  }

  private static Region region(Path file) throws IOException {
    String[] ends = of(file).getFirst().split("[- ]", 3);
    long start = Long.parseUnsignedLong(ends[0], 16);
    return new Region(start, Long.parseUnsignedLong(ends[1], 16) - start);
  }

  private static long resident(Path file) throws IOException {
    String line =
        of(file).stream().filter(each -> each.startsWith("Rss:")).findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
  }
}
