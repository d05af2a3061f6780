package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Cli;
import dev.larder.cli.Endpoint;
import dev.larder.cli.GlobalOptions;
import dev.larder.cli.Surroundings;
import dev.larder.cli.ThisMachine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Keeps docs/reference/cli.md equal to what `--help` says. To write it anew: `mvn test
/// -Dtest=CliReferenceTest -Dlarder.reference=write`.
class CliReferenceTest {
  private static final Path PAGE = Path.of("docs/reference/cli.md");

  @Test
  void theReferenceSaysWhatTheHelpSays() throws IOException {
    String reference = new Cli("0", Surroundings.ofProcess(), new Nowhere()).reference();
    if ("write".equals(System.getProperty("larder.reference"))) {
      Files.writeString(PAGE, reference);
    }
    assertThat(PAGE)
        .describedAs("write it anew with -Dlarder.reference=write")
        .hasContent(reference);
  }

  private static final class Nowhere implements ThisMachine {
    @Override
    public Endpoint endpoint(@Nullable Path config) {
      return new Endpoint(URI.create("http://127.0.0.1:8090"), Path.of("cli.token"));
    }

    @Override
    public List<Object> commands(GlobalOptions options) {
      return List.of();
    }
  }
}
