export { type ClusterPlace, existingPlace, nameOf } from "../../config/clusters/place";
