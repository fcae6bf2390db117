import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.Header;
import io.debezium.engine.format.Json;
import io.debezium.engine.format.KeyValueHeaderChangeEventFormat;
import java.io.BufferedWriter;
import java.io.FileReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * Debezium's embedded engine as a peer: `java -cp 'libs/*' DebeziumPeer.java connector.properties out.ndjson`. One
 * line an event, `{"destination","key","value","headers"}`, keys, values and headers as the engine's JSON converter wrote
 * them. Without an output file events are read and dropped, and their number is printed each second. Ends when standard
 * input ends.
 */
public final class DebeziumPeer {
    private static long count = 0;
    private static long characters = 0;

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (FileReader reader = new FileReader(args[0], StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        BufferedWriter out = args.length > 1 ? Files.newBufferedWriter(Path.of(args[1])) : null;
        DebeziumEngine<ChangeEvent<String, String>> engine = DebeziumEngine
            .create(KeyValueHeaderChangeEventFormat.of(Json.class, Json.class, Json.class))
            .using(properties)
            .using((success, message, error) -> {
                if (!success) System.out.println("failed " + message + " " + error);
            })
            .notifying((events, committer) -> {
                for (ChangeEvent<String, String> event : events) {
                    if (out == null) characters += event.value() == null ? 0 : event.value().length();
                    else write(out, event);
                    count += 1;
                    committer.markProcessed(event);
                }
                if (out != null) flush(out);
                committer.markBatchFinished();
            })
            .build();
        Thread running = new Thread(engine, "engine");
        running.start();
        if (out == null) {
            Thread ticking = new Thread(DebeziumPeer::tick, "tick");
            ticking.setDaemon(true);
            ticking.start();
        }
        while (System.in.read() >= 0) {
            // Until the driver closes our input.
        }
        engine.close();
        running.join();
        if (out != null) out.close();
    }

    private static void tick() {
        long told = -1;
        try {
            for (;;) {
                Thread.sleep(20);
                if (count != told) System.out.println("count " + (told = count) + " characters " + characters);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(BufferedWriter out, ChangeEvent<String, String> event) {
        try {
            StringBuilder line = new StringBuilder(1024);
            line.append("{\"destination\":\"").append(event.destination()).append("\",\"key\":").append(event.key());
            line.append(",\"value\":").append(event.value()).append(",\"headers\":{");
            boolean first = true;
            for (Header<String> header : DebeziumPeer.<String>headers(event)) {
                line.append(first ? "\"" : ",\"").append(header.getKey()).append("\":").append(header.getValue());
                first = false;
            }
            out.write(line.append("}}\n").toString());
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    private static void flush(BufferedWriter out) {
        try {
            out.flush();
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    private static <H> List<Header<H>> headers(ChangeEvent<String, String> event) {
        return event.headers();
    }
}
