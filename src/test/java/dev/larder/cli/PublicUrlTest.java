package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the commands make of `public-url`.
class PublicUrlTest {
  @TempDir private Path directory;
  private CliFixture larder;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(directory);
    larder.operations.publicUrl = "https://packages.example/larder";
    larder.operations.own = Map.of("arch", List.of("http://192.0.2.8"));
  }

  @AfterEach
  void close() {
    larder.close();
  }

  @Test
  void snippetTakesItUnlessToldOtherwise() {
    assertThat(larder.run("snippet", "arch", "-q")).isZero();
    assertThat(larder.out())
        .isEqualTo("Server = https://packages.example/larder/arch/$repo/os/$arch\n");
    assertThat(larder.run("snippet", "arch", "-q", "--url", "http://192.0.2.9")).isZero();
    assertThat(larder.out()).isEqualTo("Server = http://192.0.2.9/arch/$repo/os/$arch\n");
  }

  @Test
  void statusShowsIt() {
    larder.onTerminal();
    assertThat(larder.run("status")).isZero();
    assertThat(larder.out()).contains("\n  public    https://packages.example/larder\n");
  }
}
