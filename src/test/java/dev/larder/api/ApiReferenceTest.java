package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Keeps docs/reference/api.md complete; what it leaves to the OpenAPI document is tested there.
class ApiReferenceTest {
  private static final Pattern ROUTE =
      Pattern.compile("(?m)^\\|(?: `(?:GET|POST|PUT|DELETE) /[^`]*`,?)+ \\|");
  private static final Pattern REQUEST = Pattern.compile("`([A-Z]+ /[^?`]*)[^`]*`");

  private static String page() throws IOException {
    return Files.readString(Path.of("docs/reference/api.md"));
  }

  @Test
  void everyOperationOfTheDocumentIsInTheTableAndNoOther() throws IOException {
    Set<String> told = new TreeSet<>();
    Matcher rows = ROUTE.matcher(page());
    while (rows.find()) {
      REQUEST.matcher(rows.group()).results().forEach(request -> told.add(request.group(1)));
    }
    JsonNode document = Json.response(ApiDocument.read().json(), JsonNode.class);
    assertThat(told).isEqualTo(new DocumentRules(document).operations().keySet());
  }

  @Test
  void everyErrorIsInTheReference() throws IOException {
    String page = page();
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(page)
          .containsPattern(
              "\\| `%s`[^|]*\\| %d \\| %d \\|"
                  .formatted(code.code(), code.status(), code.exitCode()));
    }
  }
}
