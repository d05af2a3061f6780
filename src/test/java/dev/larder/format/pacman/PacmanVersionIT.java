package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Command;
import dev.larder.testing.Tools;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our order of versions against pacman's own: a few hundred pairs by vercmp, and very many by the
/// library it calls. The seed of a failure is in its message.
final class PacmanVersionIT {
  private static final int BY_PROGRAM = 600;
  private static final int BY_LIBRARY = 200_000;
  private static final String PIECES = "0 1 2 9 00 01 10 a b rc alpha Z . _ + ~ ^ .. -1 - : 1: r g";

  @TempDir private static Path directory;

  private record Pair(String left, String right) {}

  // The right one is mostly a variant of the left one: versions with nothing in common say little.
  private static Pair pair(Random random) {
    List<String> left = pieces(random);
    List<String> right = random.nextInt(4) == 0 ? pieces(random) : new ArrayList<>(left);
    for (int changes = random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(right.size() + 1);
      if (at < right.size() && random.nextBoolean()) {
        right.remove(at);
      } else {
        right.add(at, piece(random));
      }
    }
    return new Pair("1" + String.join("", left), "1" + String.join("", right));
  }

  private static List<String> pieces(Random random) {
    List<String> pieces = new ArrayList<>();
    for (int length = 1 + random.nextInt(7); length > 0; length--) {
      pieces.add(piece(random));
    }
    return pieces;
  }

  private static String piece(Random random) {
    String[] all = PIECES.split(" ", -1);
    return all[random.nextInt(all.length)];
  }

  @Test
  void theProgramAgrees() throws Exception {
    Tools.require("vercmp");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Pair> pairs = new ArrayList<>();
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < BY_PROGRAM; i++) {
      Pair pair = pair(random);
      pairs.add(pair);
      script.append("vercmp '" + pair.left() + "' '" + pair.right() + "'\n");
    }
    Path file = Files.writeString(directory.resolve("pairs.sh"), script);
    List<String> signs = Command.of("sh", file.toString()).runOk().lines().toList();
    assertThat(signs).hasSize(BY_PROGRAM);
    for (int i = 0; i < BY_PROGRAM; i++) {
      Pair pair = pairs.get(i);
      assertThat(Integer.signum(PacmanVersion.compare(pair.left(), pair.right())))
          .as("%s, seed %d", pair, seed)
          .isEqualTo(Integer.parseInt(signs.get(i).strip()));
    }
  }

  @Test
  @SuppressWarnings("restricted") // It is the library whose word counts.
  void theLibraryAgrees() throws Throwable {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Arena libraries = Arena.ofConfined()) {
      MethodHandle compare =
          Linker.nativeLinker()
              .downcallHandle(
                  libalpm(libraries).findOrThrow("alpm_pkg_vercmp"),
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      for (int i = 0; i < BY_LIBRARY; i++) {
        Pair pair = pair(random);
        try (Arena texts = Arena.ofConfined()) {
          int theirs =
              (int)
                  compare.invokeExact(
                      texts.allocateFrom(pair.left()), texts.allocateFrom(pair.right()));
          int ours = PacmanVersion.compare(pair.left(), pair.right());
          if (Integer.signum(ours) != Integer.signum(theirs)) {
            throw new AssertionError(pair + ": " + ours + ", not " + theirs + ", seed " + seed);
          }
        }
      }
    }
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup libalpm(Arena arena) {
    for (int version = 20; version >= 12; version--) {
      try {
        return SymbolLookup.libraryLookup("libalpm.so." + version, arena);
      } catch (IllegalArgumentException e) {
        // Another version, then.
      }
    }
    Tools.missing("libalpm is not installed (apt-get install pacman-package-manager)");
    throw new AssertionError("unreachable");
  }
}
