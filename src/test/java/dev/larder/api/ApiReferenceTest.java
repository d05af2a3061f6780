package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.wire.AuditList;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.ExplainResult;
import dev.larder.wire.FilePage;
import dev.larder.wire.KeptInfo;
import dev.larder.wire.KeptList;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyList;
import dev.larder.wire.KeyRemoved;
import dev.larder.wire.KeyRequest;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.MirrorList;
import dev.larder.wire.Problem;
import dev.larder.wire.RefreshRequest;
import dev.larder.wire.RefreshResult;
import dev.larder.wire.RemovalResult;
import dev.larder.wire.ServerInfo;
import dev.larder.wire.Status;
import dev.larder.wire.TokenCreated;
import dev.larder.wire.TokenInfo;
import dev.larder.wire.TokenList;
import dev.larder.wire.TokenRequest;
import dev.larder.wire.VersionInfo;
import dev.larder.wire.WhoAmI;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// Keeps docs/reference/api.md complete.
class ApiReferenceTest {
  private static final List<Class<?>> RECORDS =
      List.of(
          Status.class,
          ServerInfo.class,
          MirrorList.class,
          MirrorInfo.class,
          MirrorInfo.Upstream.class,
          MirrorInfo.Root.class,
          MirrorInfo.Fill.class,
          RefreshRequest.class,
          RefreshResult.class,
          FilePage.class,
          FilePage.File.class,
          RemovalResult.class,
          KeptList.class,
          KeptInfo.class,
          KeyList.class,
          KeyInfo.class,
          KeyInfo.Version.class,
          KeyRequest.class,
          KeyRemoved.class,
          ExplainResult.class,
          ExplainResult.Step.class,
          VersionInfo.class,
          WhoAmI.class,
          TokenList.class,
          TokenInfo.class,
          TokenRequest.class,
          TokenCreated.class,
          AuditList.class,
          AuditList.Event.class,
          Problem.class);

  @Test
  void everyFieldOutcomeAndErrorIsInTheReference() throws IOException {
    String page = Files.readString(Path.of("docs/reference/api.md"));
    for (Class<?> type : RECORDS) {
      for (RecordComponent component : type.getRecordComponents()) {
        assertThat(page)
            .describedAs(type.getSimpleName())
            .containsPattern("[`\"]" + component.getName() + "[`\"]");
      }
    }
    for (RefreshResult.Outcome outcome : RefreshResult.Outcome.values()) {
      assertThat(page).contains("`" + outcome.name().toLowerCase(Locale.ROOT) + "`");
    }
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(page)
          .containsPattern(
              "\\| `%s`[^|]*\\| %d \\| %d \\|"
                  .formatted(code.code(), code.status(), code.exitCode()));
    }
  }
}
