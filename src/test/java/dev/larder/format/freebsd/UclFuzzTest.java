package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.larder.format.InvalidIndex;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Writes values in any of UCL's ways and reads them back; then damages the texts. The seed of a
/// failure is in its message.
final class UclFuzzTest {
  private static final int ROUNDS = 2000;
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String BARE = "abcXYZ0129_./-@:=+~ é";
  private static final String QUOTED = BARE + "{}[];,#'\"\\\n\t\u0001☃*/";

  /// Writes a table in a random one of its forms.
  private static final class Writer {
    private final Random random;
    private final StringBuilder out = new StringBuilder();

    Writer(Random random) {
      this.random = random;
    }

    String write(Ucl.Table table) {
      boolean braces = random.nextBoolean();
      space();
      out.append(braces ? "{" : "");
      entries(table);
      out.append(braces ? "}" : "");
      space();
      return out.toString();
    }

    private void entries(Ucl.Table table) {
      table
          .entries()
          .forEach((key, value) -> {
            space();
            String cased = random.nextBoolean() ? key : key.toUpperCase(Locale.ROOT);
            out.append(random.nextBoolean() ? cased : "\"" + cased + "\"");
            out.append(pick(" = ", "=", ": ", ":", " ", "\t", " =\n  "));
            value(value);
            out.append(pick(";", ",", "\n", " ;", ";\n", " # end\n", "/**/,"));
          });
      space();
    }

    private void value(Ucl value) {
      switch (value) {
        case Ucl.Text(String text) -> out.append(isBare(text) ? text : quoted(text));
        case Ucl.Table table -> {
          out.append('{');
          entries(table);
          out.append('}');
        }
        case Ucl.Many(List<Ucl> values) -> {
          out.append('[');
          for (Ucl one : values) {
            space();
            value(one);
            out.append(pick(",", ";", "\n", " , "));
          }
          out.append(']');
        }
      }
    }

    private boolean isBare(String text) {
      return !text.isEmpty()
          && random.nextBoolean()
          && text.strip().equals(text)
          && text.charAt(0) != '='
          && text.charAt(0) != ':'
          && text.chars().allMatch(c -> BARE.indexOf(c) >= 0);
    }

    private String quoted(String text) {
      StringBuilder quoted = new StringBuilder("\"");
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '"' -> quoted.append("\\\"");
          case '\\' -> quoted.append("\\\\");
          case '\n' -> quoted.append("\\n");
          default -> {
            boolean escape = c < 0x20 || random.nextInt(8) == 0;
            quoted.append(escape ? String.format("\\u%04x", (int) c) : c);
          }
        }
      }
      return quoted.append('"').toString();
    }

    private void space() {
      out.append(pick("", "", " ", "\n", "\t\n", "# note = {\n", "/* a /* b */ ; */", "\r\n"));
    }

    private String pick(String... choices) {
      return choices[random.nextInt(choices.length)];
    }
  }

  private static Ucl.Table table(Random random, int depth) {
    Map<String, Ucl> entries = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      entries.put("k" + random.nextInt(1000), value(random, depth));
    }
    return new Ucl.Table(entries);
  }

  private static Ucl value(Random random, int depth) {
    return switch (depth > 4 ? 0 : random.nextInt(5)) {
      case 1 -> table(random, depth + 1);
      case 2 -> {
        List<Ucl> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          values.add(value(random, depth + 1));
        }
        yield new Ucl.Many(values);
      }
      default -> new Ucl.Text(text(random));
    };
  }

  private static String text(Random random) {
    String letters = random.nextBoolean() ? BARE : QUOTED;
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  @Test
  void whatIsWrittenInAnyFormIsReadBack() throws Exception {
    long base = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      Ucl.Table table = table(random, 0);
      String text = new Writer(random).write(table);
      assertThat(UclReader.read("x", Samples.utf8(text)))
          .as("seed " + (base + round) + "L\n" + text)
          .isEqualTo(table);
    }
  }

  @Test
  void aDamagedTextIsReadOrRefused() {
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      StringBuilder text = new StringBuilder(new Writer(random).write(table(random, 0)));
      for (int i = 1 + random.nextInt(4); i > 0 && !text.isEmpty(); i--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, "{}[]\"'\\;,=:#/*$.<\n\0".charAt(random.nextInt(19)));
          default -> text.setLength(at);
        }
      }
      refused += isRefused(text.toString(), base + round) ? 1 : 0;
    }
    assertThat(refused).as("seeds from " + base).isBetween(1, ROUNDS - 1);
  }

  @Test
  void noiseIsReadOrRefused() {
    long base = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] noise = new byte[new Random(base + round).nextInt(200)];
      new Random(base + round).nextBytes(noise);
      isRefused(new String(noise, StandardCharsets.ISO_8859_1), base + round);
    }
  }

  private static boolean isRefused(String text, long seed) {
    return assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try {
            UclReader.read("x", Samples.utf8(text));
            return false;
          } catch (InvalidIndex e) {
            assertThat(e).hasMessageStartingWith("x: ");
            return true;
          }
        },
        "seed " + seed + "L");
  }
}
