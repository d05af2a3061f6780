package dev.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/// The bodies of requests to the console.
final class RequestFuzz {
  private static final List<Class<?>> REQUESTS =
      List.of(
          CommitRequest.class,
          KeyRequest.class,
          PromoteRequest.class,
          RefreshRequest.class,
          RepositoryRequest.class,
          RollbackRequest.class,
          SignRequest.class,
          TokenRequest.class);

  @FuzzTest
  void body(byte[] json) {
    for (Class<?> type : REQUESTS) {
      try {
        Object read = Json.request(json, type);
        assertThat(Json.request(Json.bytes(read), type)).isEqualTo(read);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
