import * as pulumi from "@pulumi/pulumi";
import type { AksArc } from "../../config/cluster";
import { resourceIdParts } from "../../config/resource-id";
import { sameId } from "../../federation/ids";
import type { ConnectedTenant } from "../tenant-provider";
import { type ArcResourceType, arcResourceId, customLocations, logicalNetworks, type ResourcePlace } from "./arc-api";
import { readArcResource } from "./arc-reading";

/** Where on Azure Local a cluster is made: resource ids. */
export interface AzureLocalPlace {
  readonly customLocation: string;
  readonly logicalNetwork: string;
}

interface Kind {
  readonly key: "customLocation" | "logicalNetwork";
  readonly means: string;
  readonly type: ArcResourceType;
  /** The command that lists what there is. */
  readonly list: string;
}

const kinds: Record<Kind["key"], Kind> = {
  customLocation: {
    key: "customLocation",
    means: "custom location",
    type: customLocations,
    list: "az customlocation list --query [].id",
  },
  logicalNetwork: {
    key: "logicalNetwork",
    means: "logical network",
    type: logicalNetworks,
    list: "az stack-hci-vm network lnet list --query [].id",
  },
};

interface Found {
  readonly id: string;
  /** The custom location that it belongs to, where Azure said it. */
  readonly location: string | undefined;
  readonly fault: string | undefined;
}

/**
 * Looks up the custom location and the logical network of a cluster before anything is made. An id in a subscription
 * other than tenant A's is taken as it is: Azure Local's infrastructure may lie where the deployer cannot read.
 * @throws pulumi.RunError that lists what is not there, or a network of another Azure Local instance.
 */
export async function findAzureLocalPlace(cluster: AksArc, tenant: ConnectedTenant): Promise<AzureLocalPlace> {
  const [location, network] = await Promise.all([
    find(kinds.customLocation, cluster, tenant),
    find(kinds.logicalNetwork, cluster, tenant),
  ]);
  const faults = [location.fault, network.fault].filter((fault) => fault !== undefined);
  if (faults.length === 0 && network.location !== undefined && !sameId(network.location, location.id)) {
    faults.push(elsewhere(cluster, location.id, network));
  }
  if (faults.length > 0)
    throw new pulumi.RunError(`${faults.join("\n\n")}\n\nNothing in Azure or Kubernetes was changed.`);
  return { customLocation: location.id, logicalNetwork: network.id };
}

async function find(kind: Kind, cluster: AksArc, tenant: ConnectedTenant): Promise<Found> {
  const given = cluster[kind.key];
  const place = placeOf(given, tenant);
  const id = typeof given === "string" ? given : arcResourceId(kind.type, place);
  if (!sameId(place.subscriptionId, tenant.subscriptionId)) return { id, location: undefined, fault: undefined };

  const reading = await readArcResource(kind.type, place, tenant);
  if (reading.found !== undefined) {
    return { id: reading.found.id, location: reading.found.extendedLocation?.name, fault: undefined };
  }
  const { absent, answer, advice } = reading;
  const fault = [
    `Cluster ${cluster.name} is to be made with a ${kind.means} that ${absent ? "does not exist" : "could not be read"}.`,
    `  where:   cluster.${kind.key}: ${place.name} in resource group ${place.resourceGroup}, subscription ${place.subscriptionId} (tenant A)`,
    `  answer:  ${answer}`,
    `  to do:   ${!absent && advice ? `${advice.cause}: ${advice.toDo}` : `${kind.list}; who runs Azure Local knows its name and may have to give the deployer the right to read it`}`,
  ].join("\n");
  return { id, location: undefined, fault };
}

function placeOf(given: AksArc[Kind["key"]], { subscriptionId }: ConnectedTenant): ResourcePlace {
  if (typeof given !== "string") return { subscriptionId, ...given };
  const parts = resourceIdParts(given);
  // The schema has seen to it that it is an id.
  if (parts === undefined) throw new Error(`not a resource id: ${given}`);
  return parts;
}

function elsewhere({ name }: AksArc, customLocation: string, network: Found): string {
  return [
    `Cluster ${name} is to use a logical network of another Azure Local instance than its custom location.`,
    `  cluster.customLocation:  ${customLocation}`,
    `  cluster.logicalNetwork:  ${network.id}`,
    `  which belongs to:        ${network.location}`,
    "  to do:                   name a logical network of that custom location: az stack-hci-vm network lnet list",
  ].join("\n");
}
