package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real curl, whose library is also pacman's.
class CurlIT {
  private static final String STATUS = "%{http_code}";

  @TempDir private Path directory;
  private final byte[] large = Listening.bytes(2_000_000);
  private final byte[] small = Listening.bytes(500);
  private Listening listening;
  private Path out;

  @BeforeEach
  void open() throws IOException {
    out = directory.resolve("out");
    PlainContent arch =
        new PlainContent("arch", directory.resolve("tree"))
            .file("large.pkg", large)
            .file("lib++0@x_y:1.2-1.pkg", small);
    Site site =
        Site.fixed(
            List.of(arch),
            List.of(),
            List.of(Site.UpstreamHost.of(URI.create("http://mirror.invalid/archlinux/"), arch)),
            List.of(),
            Set.of());
    listening = Listening.on(Transport.best(), Listening.PATIENT, null, site);
  }

  @AfterEach
  void close() {
    listening.close();
  }

  private String curl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    Process curl = builder.start();
    String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(curl.waitFor()).as(output).isZero();
    return output;
  }

  private String url(String path) {
    return "http://127.0.0.1:" + listening.port() + path;
  }

  @Test
  void anInterruptedDownloadIsResumed() throws Exception {
    Files.write(out, Arrays.copyOf(large, 700_000));
    String code = curl("-C", "-", "-o", out.toString(), "-w", STATUS, url("/arch/large.pkg"));
    assertThat(code).isEqualTo("206");
    assertThat(Files.readAllBytes(out)).isEqualTo(large);
  }

  @Test
  void headAndRangesAreUnderstood() throws Exception {
    assertThat(curl("-I", url("/arch/large.pkg")))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("Content-Length: 2000000\r\n");
    curl("-r", "-500", "-o", out.toString(), url("/arch/large.pkg"));
    assertThat(Files.readAllBytes(out))
        .isEqualTo(Arrays.copyOfRange(large, large.length - 500, large.length));
    assertThat(curl("-r", "2000000-", "-w", STATUS, "-o", out.toString(), url("/arch/large.pkg")))
        .isEqualTo("416");
  }

  @Test
  void timesAndTagsSaveTheSecondDownload() throws Exception {
    curl("-R", "-o", out.toString(), url("/arch/large.pkg"));
    assertThat(curl("-z", out.toString(), "-w", STATUS, "-o", "/dev/null", url("/arch/large.pkg")))
        .isEqualTo("304");
    assertThat(
            curl("-H", "If-None-Match: \"tag\"", "-w", STATUS, url("/arch/lib++0@x_y:1.2-1.pkg")))
        .isEqualTo("304");
  }

  @Test
  void rawNamesAreSentAsTheyAre() throws Exception {
    curl("-o", out.toString(), url("/arch/lib++0@x_y:1.2-1.pkg"));
    assertThat(Files.readAllBytes(out)).isEqualTo(small);
  }

  @Test
  void asAProxyWeAnswerForOurUpstreamsOnly() throws Exception {
    String[] proxy = {"-x", url(""), "-w", STATUS, "-o", out.toString()};
    assertThat(curl(with(proxy, "http://mirror.invalid/archlinux/large.pkg"))).isEqualTo("200");
    assertThat(Files.readAllBytes(out)).isEqualTo(large);
    assertThat(curl(with(proxy, "http://mirror.invalid/elsewhere"))).isEqualTo("404");
    assertThat(curl(with(proxy, "http://other.invalid/archlinux/large.pkg"))).isEqualTo("421");
    assertThat(curl(with(proxy, url("/arch/large.pkg")))).isEqualTo("200");
  }

  private static String[] with(String[] arguments, String last) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = last;
    return all;
  }

  @Test
  void traversalIsRefused() throws Exception {
    for (String path : List.of("/arch/../../etc/passwd", "/arch/%2e%2e/x", "/arch/..%2fx", "//x")) {
      assertThat(curl("--path-as-is", "-w", STATUS, "-o", out.toString(), url(path)))
          .as(path)
          .isEqualTo("400");
    }
  }

  @Test
  void manyFilesComeOverOneConnection() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-w", "%{num_connects} %{http_code}\n"));
    for (String path : List.of("/arch/large.pkg", "/arch/none", "/arch/", "/", "/arch/large.pkg")) {
      arguments.addAll(List.of("-o", "/dev/null", url(path)));
    }
    assertThat(curl(arguments.toArray(new String[0])))
        .isEqualTo("1 200\n0 404\n0 200\n0 200\n0 200\n");
  }
}
