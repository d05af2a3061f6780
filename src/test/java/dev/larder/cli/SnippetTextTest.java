package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.SnippetText.Besides;
import dev.larder.snippet.Edit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Snippets in the text of files, and out of it again.
class SnippetTextTest {
  private static final SnippetText TEXT = new SnippetText("internal");

  private static final String UPDATE =
      """
      # Trusted keyprint.
      KeyPrint 800651ef4b4c71c27e60786d7b487188970f4b4169cc055784e21eb71d410cc5
      ServerName update.FreeBSD.org
      # ServerName in a comment stays
      Components src world kernel
      """;

  @Test
  void aLineTakesThePlaceOfTheOneThatIsThereAndGivesItBack() {
    String changed = TEXT.into(UPDATE, Edit.LINE, "ServerName pantry", Besides.NOTHING);
    assertThat(changed.lines().filter(line -> line.startsWith("ServerName")))
        .containsExactly("ServerName pantry");
    assertThat(changed).contains("# larder was: ServerName update.FreeBSD.org\n");
    assertThat(changed.indexOf("ServerName pantry")).isLessThan(changed.indexOf("Components"));
    assertThat(TEXT.outOf(changed)).isEqualTo(UPDATE);
  }

  @ParameterizedTest
  @EnumSource(Edit.class)
  void writingAgainChangesNothingMore(Edit edit) {
    String once = TEXT.into(UPDATE, edit, "ServerName a", Besides.NOTHING);
    assertThat(TEXT.into(once, edit, "ServerName a", Besides.NOTHING)).isEqualTo(once);
    String other = TEXT.into(once, edit, "ServerName b", Besides.NOTHING);
    assertThat(other).contains("ServerName b").doesNotContain("ServerName a");
    assertThat(TEXT.outOf(other)).isEqualTo(UPDATE);
  }

  @Test
  void severalSnippetsDoNotGetInEachOthersWay() {
    SnippetText second = new SnippetText("internal.two");
    String both =
        second.into(
            TEXT.into("[options]\n", Edit.END, "[internal]", new Besides(List.of("AB"), List.of())),
            Edit.END,
            "[internal.two]",
            new Besides(List.of("CD"), List.of("/usr/local/etc/pkg/x.pub")));
    assertThat(TEXT.besides(both)).isEqualTo(new Besides(List.of("AB"), List.of()));
    assertThat(second.besides(both))
        .isEqualTo(new Besides(List.of("CD"), List.of("/usr/local/etc/pkg/x.pub")));
    assertThat(second.outOf(TEXT.outOf(both))).isEqualTo("[options]\n");
    assertThat(TEXT.outOf(both)).contains("[internal.two]").doesNotContain("[internal]");
    assertThat(new SnippetText("internal-two").besides(both)).isNull();
  }

  @Test
  void whateverIsThereComesBack() {
    long seed = Long.getLong("larder.seed", System.nanoTime());
    System.out.printf("snippets: seed %d (-Dlarder.seed)%n", seed);
    Random random = new Random(seed);
    String[] words = {
      "ServerName", " x", "\n", "\n", "#", "$1", "\\", "\t", "\u00e4", "[a]", "\r\n"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder any = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        any.append(words[random.nextInt(words.length)]);
      }
      String text = any.isEmpty() ? "" : any.append('\n').toString();
      Edit edit = random.nextBoolean() ? Edit.TOP : Edit.END;
      String changed = TEXT.into(text, edit, "Server = http://a/$repo\\1", Besides.NOTHING);
      assertThat(changed).contains("Server = http://a/$repo\\1");
      assertThat(TEXT.outOf(changed)).isEqualTo(text);
    }
  }
}
