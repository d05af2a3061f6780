package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NginxServerIT {
  @Test
  void filesAreServedAndRequestsLogged(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("a+b:1.pkg"), "0123456789");
    try (NginxServer nginx = NginxServer.serve(root);
        HttpClient client = HttpClient.newHttpClient()) {
      URI uri = nginx.uri("a+b:1.pkg");
      HttpResponse<String> part =
          client.send(
              HttpRequest.newBuilder(uri).header("Range", "bytes=2-4").build(),
              BodyHandlers.ofString());
      assertThat(part.body()).isEqualTo("234");
      client.send(HttpRequest.newBuilder(nginx.uri("none")).build(), BodyHandlers.discarding());
      await().until(() -> nginx.log().size() == 2);
      NginxServer.Line line = nginx.log("/a+b:1.pkg").getFirst();
      assertThat(line.method()).isEqualTo("GET");
      assertThat(line.status()).isEqualTo(206);
      assertThat(line.bytes()).isEqualTo(3);
      assertThat(line.range()).isEqualTo("bytes=2-4");
      assertThat(line.ifModifiedSince()).isEqualTo("-");
      assertThat(nginx.log("/none").getFirst().status()).isEqualTo(404);
    }
  }
}
