package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.repo.Admission;
import dev.larder.testing.Toml;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is served, with curl from several addresses of this machine.
class AdmissionIT {
  @TempDir Path directory;

  private static Admission denying() throws InvalidConfig {
    String toml = "[access]\ndeny = [\"127.0.0.2\"]";
    return Toml.read(toml, root -> Admission.read(root.table("access")));
  }

  @Test
  void whoIsDeniedGetsOneLineAndNothingIsAskedForThem() throws Exception {
    Files.writeString(directory.resolve("a"), "content");
    PlainContent arch = new PlainContent("arch", directory);
    Site site = Site.fixed(List.of(arch), List.of(), List.of(), List.of(), Set.of());
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    PackagesSettings settings = new PackagesSettings(List.of(anywhere), null, denying());
    try (PackageListener listener =
        PackageListener.open(settings, site, Listening.PATIENT, Transport.best())) {
      String url = "http://127.0.0.1:" + listener.addresses().getFirst().getPort() + "/arch/a";
      assertThat(curl("127.0.0.2", url))
          .isEqualTo(
              "This server does not serve 127.0.0.2; its operator can change that in [access].\n403");
      assertThat(arch.asked).hasValue(0);
      assertThat(curl("127.0.0.3", url)).isEqualTo("content200");
      assertThat(curl("127.0.0.2", url)).endsWith("403");
    }
  }

  /// The body and the status code, as curl gets them from this address of its own.
  private static String curl(String from, String url) throws IOException, InterruptedException {
    Process curl =
        new ProcessBuilder("curl", "-sS", "--interface", from, "-w", "%{http_code}", url)
            .redirectErrorStream(true)
            .start();
    String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor()).as(output).isZero();
    return output;
  }
}
