package dev.larder.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class FirstLogTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void weSpeakFromInfoOnAndLibrariesFromWarnings() {
    FirstLog.begin(context, new PrintStream(written, true, StandardCharsets.UTF_8));
    for (String name : new String[] {"dev.larder.mirror.Fill", "org.eclipse.jetty.Server"}) {
      context.getLogger(name).debug("a");
      context.getLogger(name).info("b");
      context.getLogger(name).warn("c");
    }
    assertThat(written.toString(StandardCharsets.UTF_8).lines())
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .containsExactly("INFO  b", "WARN  c", "WARN  org.eclipse.jetty.Server: c");
  }

  @Test
  void logbackFindsIt() {
    assertThat(ServiceLoader.load(Configurator.class)).hasOnlyElementsOfType(FirstLog.class);
  }

  /// The build names one for the tests.
  @Test
  void aConfigurationThatIsNamedIsReadInstead() {
    assertThat(System.getProperty("logback.configurationFile")).isNotNull();
    assertThat(new FirstLog().configure(context)).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
    assertThat(context.getLogger("ROOT").iteratorForAppenders().hasNext()).isFalse();
  }
}
