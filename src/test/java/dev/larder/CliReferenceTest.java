package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Cli;
import dev.larder.cli.Surroundings;
import dev.larder.settings.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Keeps docs/reference/cli.md equal to what `--help` says. To write it anew: `mvn test
/// -Dtest=CliReferenceTest -Dlarder.reference=write`.
class CliReferenceTest {
  private static final Path PAGE = Path.of("docs/reference/cli.md");

  @Test
  void theReferenceSaysWhatTheHelpSays() throws IOException {
    String reference =
        new Cli("0", Surroundings.ofProcess(), new LocalMachine(Machine.current())).reference();
    if ("write".equals(System.getProperty("larder.reference"))) {
      Files.writeString(PAGE, reference);
    }
    assertThat(PAGE)
        .describedAs("write it anew with -Dlarder.reference=write")
        .hasContent(reference);
  }
}
