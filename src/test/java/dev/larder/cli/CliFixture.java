package dev.larder.cli;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.access.CliToken;
import dev.larder.api.ConsoleListener;
import dev.larder.api.ConsoleSettings;
import dev.larder.api.SampleConsole;
import dev.larder.api.SampleKeys;
import dev.larder.api.SampleOperations;
import dev.larder.sign.KeyStore;
import dev.larder.store.Layout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A command line in front of a real console, with its own streams, environment and clock.
final class CliFixture implements ThisMachine, AutoCloseable {
  static final int WIDTH = 110;

  final SampleOperations operations = new SampleOperations();
  final Map<String, String> environment = new HashMap<>(Map.of("NO_COLOR", "1"));
  final SampleKeys keys;
  final URI server;
  final Access access;
  final CliToken token;
  String answers = "";
  List<Object> localCommands = List.of();
  @Nullable CommandFailed endpointFault;
  @Nullable Path configAsked;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path directory;
  private final ConsoleListener console;
  private Terminal terminal = Terminal.NONE;

  CliFixture(Path directory) throws IOException {
    this.directory = directory;
    access = Access.open(new Layout(directory), AccessSettings.DEFAULTS, InstantSource.system());
    token = access.cli();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    keys = new SampleKeys(KeyStore.open(directory.resolve("keys"), () -> SampleOperations.NOW));
    console = SampleConsole.open(new ConsoleSettings(List.of(any)), operations, access, keys);
    server = URI.create("http://127.0.0.1:" + console.addresses().getFirst().getPort());
  }

  void onTerminal() {
    terminal = new Terminal(true, true, WIDTH);
  }

  void piped() {
    terminal = Terminal.NONE;
  }

  int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return cli().run(args);
  }

  Cli cli() {
    return new Cli("1.2.4", surroundings(), this);
  }

  Surroundings surroundings() {
    return new Surroundings(
        new PrintWriter(out),
        new PrintWriter(err),
        new BufferedReader(new StringReader(answers)),
        environment,
        terminal,
        () -> SampleOperations.NOW);
  }

  String out() {
    return neutral(out);
  }

  String err() {
    return neutral(err);
  }

  private String neutral(StringWriter text) {
    return text.toString()
        .replace(server.toString(), "SERVER")
        .replace(directory.toString(), "DATA");
  }

  @Override
  public Endpoint endpoint(@Nullable Path config) {
    configAsked = config;
    if (endpointFault != null) {
      throw endpointFault;
    }
    return new Endpoint(List.of(server), token.file());
  }

  @Override
  public List<Object> commands(GlobalOptions options) {
    return localCommands;
  }

  @Override
  public void close() {
    console.close();
    try {
      access.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
