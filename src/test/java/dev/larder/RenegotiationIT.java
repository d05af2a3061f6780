package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Command;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client of TLS 1.2 does not get a second handshake on its connection, whoever does TLS: each
/// costs the server more than the client.
class RenegotiationIT {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void isRefused(String natives) throws IOException {
    Tools.require("openssl");
    Path cert = directory.resolve("cert.pem");
    Path key = directory.resolve("key.pem");
    Command.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        .with("-nodes", "-days", "2", "-subj", "/CN=larder", "-keyout", key.toString())
        .with("-out", cert.toString())
        .runOk();
    List<String> tables = new ArrayList<>();
    tables.addAll(List.of("[packages.tls]", "cert = \"" + cert + "\"", "key = \"" + key + "\""));
    try (FaultyUpstream upstream = FaultyUpstream.start()) {
      tables.addAll(TestLarder.mirrorTable("arch", "pacman", List.of(), upstream.url()));
      try (LarderProcess larder =
          new LarderProcess(directory, "arch", tables)
              .env("JAVA_TOOL_OPTIONS", "-Dlarder.natives=" + natives)
              .start()) {
        URI uri = larder.uri("");
        String client =
            "(sleep 1; echo R; sleep 2) | openssl s_client -tls1_2 -legacy_renegotiation"
                + (" -connect " + uri.getHost() + ":" + uri.getPort());
        String said = Command.of("sh", "-c", client).timeout(Duration.ofSeconds(30)).run().output();
        assertThat(said).contains("Protocol  : TLSv1.2").contains("RENEGOTIATING");
        assertThat(said.substring(said.indexOf("RENEGOTIATING"))).contains("SSL alert number");
      }
    }
  }
}
