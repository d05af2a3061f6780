package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ToolsTest {
  @Test
  void aProgramThatIsThereIsFound() {
    assertThat(Tools.find("sh")).isExecutable();
    assertThat(Tools.find("no-such-program")).isNull();
  }

  @Test
  void aMissingProgramFailsTheTestInCi() {
    assertThatThrownBy(() -> Tools.missing("pacman is not installed", "true"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("pacman is not installed");
  }

  @Test
  void elsewhereItSkipsTheTestLoudly() {
    PrintStream before = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      assertThatThrownBy(() -> Tools.missing("pacman is not installed", null))
          .isInstanceOf(TestAbortedException.class);
    } finally {
      System.setErr(before);
    }
    assertThat(captured.toString(StandardCharsets.UTF_8))
        .startsWith("SKIPPED ToolsTest.")
        .endsWith(": pacman is not installed\n");
  }
}
