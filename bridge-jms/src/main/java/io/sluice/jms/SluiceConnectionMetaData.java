package io.sluice.jms;

import io.sluice.jms.message.JmsPropertyNames;
import jakarta.jms.ConnectionMetaData;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** Versions and supported JMSX properties. The same classes serve two APIs; the package of the API tells which. */
final class SluiceConnectionMetaData implements ConnectionMetaData {
    private static final List<String> JMSX = List.of("JMSXGroupID", "JMSXGroupSeq", JmsPropertyNames.DELIVERY_COUNT);

    @Override
    public String getJMSVersion() {
        return getJMSMajorVersion() + "." + getJMSMinorVersion();
    }

    @Override
    public int getJMSMajorVersion() {
        return isJakarta() ? 3 : 2;
    }

    @Override
    public int getJMSMinorVersion() {
        return isJakarta() ? 1 : 0;
    }

    private static boolean isJakarta() {
        return ConnectionMetaData.class.getName().startsWith("jakarta");
    }

    @Override
    public String getJMSProviderName() {
        return "Sluice";
    }

    /** From the manifest of the jar; {@code 0.0} when the classes come from elsewhere. */
    @Override
    public String getProviderVersion() {
        String version = getClass().getPackage().getImplementationVersion();
        return version == null ? "0.0" : version;
    }

    @Override
    public int getProviderMajorVersion() {
        return part(0);
    }

    @Override
    public int getProviderMinorVersion() {
        return part(1);
    }

    private int part(int index) {
        String[] parts = getProviderVersion().split("\\D+");
        return index < parts.length && !parts[index].isEmpty() ? Integer.parseInt(parts[index]) : 0;
    }

    @Override
    public Enumeration<String> getJMSXPropertyNames() {
        return Collections.enumeration(JMSX);
    }
}
